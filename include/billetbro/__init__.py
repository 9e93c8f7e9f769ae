"""Keep libraries' events in step with Place2book: everything that can be understood and tested without Airflow."""
