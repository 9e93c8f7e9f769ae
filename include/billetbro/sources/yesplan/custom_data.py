"""Which custom data of an installation holds what: Yesplan itself has no prices, links or capacity."""

from pydantic import Field, ValidationInfo, field_validator

from billetbro.settings.types import Section, Text

_KEYWORD = "allowed.keyword"
_WRITTEN = "allowed.keyword_of_its_own"


class CustomData(Section):
    """The keywords of an installation's custom data; what has no keyword is neither read nor written."""

    capacity: Text | None = Field(None, description=_KEYWORD)
    description: Text | None = Field(None, description=_KEYWORD)
    page: Text | None = Field(None, description=_KEYWORD)
    relevant: Text | None = Field(None, description=_KEYWORD)
    prices: dict[Text, Text] = Field(default_factory=dict, description="allowed.prices")
    sales_link: Text | None = Field(None, description=_WRITTEN)
    admin_link: Text | None = Field(None, description=_WRITTEN)
    sale_state: Text | None = Field(None, description=_WRITTEN)
    sold: Text | None = Field(None, description=_WRITTEN)
    available: Text | None = Field(None, description=_WRITTEN)
    webhook_state: Text | None = Field(None, description=_WRITTEN)

    @field_validator("sales_link", "admin_link", "sale_state", "sold", "available", "webhook_state")
    @classmethod
    def _is_written_alone(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Refuse a keyword that we write and that another setting uses; `info.data` has those declared before it."""
        prices = info.data.get("prices") or {}
        if value is not None and value in (*info.data.values(), *prices.values()):
            raise ValueError("a keyword that is named twice")
        return value

    @property
    def keywords(self) -> tuple[str, ...]:
        """Return every keyword, each once."""
        single = (value for name, value in self if name != "prices" and value)
        return tuple(dict.fromkeys([*single, *self.prices.values()]))

    @property
    def of_status(self) -> dict[str, str]:
        """Return the keywords that hold the fields of a ticket status, by field."""
        named = {
            "state": self.sale_state,
            "link": self.sales_link,
            "admin_link": self.admin_link,
            "sold": self.sold,
            "available": self.available,
        }
        return {field: keyword for field, keyword in named.items() if keyword}
