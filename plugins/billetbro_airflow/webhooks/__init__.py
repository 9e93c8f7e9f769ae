"""What other systems may ask of us over HTTP, beside Airflow's own API: nobody is logged in here."""
