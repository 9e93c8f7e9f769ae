"""Types that the sections of the libraries' settings share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]


class Section(BaseModel):
    """A frozen part of the settings; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WholeAddress(Section):
    """An address with everything that a ticket needs."""

    name: Text = Field(description="allowed.place")
    address1: Text = Field(description="allowed.address1")
    address2: Annotated[str, StringConstraints(strict=True)] = Field("", description="allowed.text")
    country: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{2}$")] = Field(
        "DK", description="allowed.country"
    )
    postal_code: Text = Field(description="allowed.postal_code")
    city: Text = Field(description="allowed.city")

    @field_validator("postal_code")
    @classmethod
    def _is_danish_in_denmark(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("country") == "DK" and not (len(value) == 4 and value.isascii() and value.isdigit()):
            raise ValueError("not a Danish postal code")
        return value
