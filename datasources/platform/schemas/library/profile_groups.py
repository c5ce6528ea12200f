"""Field groups of individual profiles, with the paths that XDM gives them (technical.md, Schemas)."""

from __future__ import annotations

from collections.abc import Mapping

from datasources.platform.schemas.library.building import (
    Document,
    FieldGroup,
    address,
    choice,
    day,
    email,
    flag,
    group,
    identity,
    identity_map,
    integer,
    many,
    mapping,
    moment,
    number,
    text,
)

PROFILE_CLASS: FieldGroup = {
    "_id": text("Identifier"),
    "personID": text("Person"),
    "identityMap": identity_map(),
}


def _email(title: str) -> Document:
    return group(
        title, address=email("Address"), label=text("Label"), primary=flag("Primary"), status=text("Status")
    )


def _phone(title: str) -> Document:
    return group(
        title,
        number=text("Number"),
        countryCode=text("Country code"),
        extension=text("Extension"),
        primary=flag("Primary"),
        status=text("Status"),
    )


def _consent(title: str) -> Document:
    # Yes, no, pending, unknown, opted out, default yes or no, legitimate interest, …: XDM's own letters.
    value = choice("Value", "y", "n", "p", "u", "dy", "dn", "li", "ct", "cp", "vi", "pi")
    return group(title, val=value, time=moment("Since"), reason=text("Reason"))


def _yes_or_no(title: str) -> Document:
    return group(title, val=_consent(title)["properties"]["val"])


PROFILE_GROUPS: Mapping[str, FieldGroup] = {
    "person": {
        "person": group(
            "Person",
            name=group(
                "Name",
                firstName=text("First name"),
                lastName=text("Last name"),
                middleName=text("Middle name"),
                fullName=text("Full name"),
                courtesyTitle=text("Courtesy title"),
                suffix=text("Suffix"),
            ),
            birthDate=day("Date of birth"),
            birthDayAndMonth=text("Day and month of birth (MM-DD)", pattern="^[0-1][0-9]-[0-3][0-9]$"),
            birthYear=integer("Year of birth"),
            gender=choice("Gender", "male", "female", "not_specified", "non_specific"),
            maritalStatus=choice(
                "Marital status", "married", "single", "divorced", "widowed", "not_specified"
            ),
            nationality=text("Nationality"),
        ),
    },
    # What XDM calls demographic details: the same fields of the person, for schemas that need no names.
    "demographic": {
        "person": group(
            "Person",
            birthDate=day("Date of birth"),
            birthDayAndMonth=text("Day and month of birth (MM-DD)", pattern="^[0-1][0-9]-[0-3][0-9]$"),
            birthYear=integer("Year of birth"),
            gender=choice("Gender", "male", "female", "not_specified", "non_specific"),
            maritalStatus=choice(
                "Marital status", "married", "single", "divorced", "widowed", "not_specified"
            ),
            nationality=text("Nationality"),
            taxId=text("Tax number"),
        ),
    },
    "contact": {
        "personalEmail": _email("Personal e-mail"),
        "workEmail": _email("Work e-mail"),
        "mobilePhone": _phone("Mobile phone"),
        "homePhone": _phone("Home phone"),
        "workPhone": _phone("Work phone"),
        "faxPhone": _phone("Fax"),
        "homeAddress": address("Home address"),
        "mailingAddress": address("Mailing address"),
    },
    "addresses": {
        "homeAddress": address("Home address"),
        "workAddress": address("Work address"),
        "mailingAddress": address("Mailing address"),
        "shippingAddress": address("Shipping address"),
        "billingAddress": address("Billing address"),
    },
    "preferences": {
        "timeZone": text("Time zone"),
        "preferredLanguage": text("Preferred language"),
        "emailFormat": text("E-mail format"),
        "profilePictureLink": text("Picture"),
    },
    "consents": {
        "consents": group(
            "Consents",
            collect=_yes_or_no("Collection of data"),
            share=_yes_or_no("Sharing of data"),
            personalize=group("Personalization", content=_yes_or_no("Content")),
            marketing=group(
                "Marketing",
                preferred=text("Preferred channel"),
                any=_consent("Any channel"),
                email=_consent("E-mail"),
                sms=_consent("SMS"),
                push=_consent("Push"),
                whatsApp=_consent("WhatsApp"),
                fax=_consent("Fax"),
                call=_consent("Calls"),
                postalMail=_consent("Postal mail"),
            ),
            metadata=group("About the consents", time=moment("Changed")),
        ),
    },
    "loyalty": {
        "loyalty": group(
            "Loyalty",
            loyaltyID=many("Membership numbers", text("Membership number")),
            program=text("Program"),
            status=text("Status"),
            tier=text("Tier"),
            points=number("Points"),
            lifetimePoints=number("Points ever earned"),
            pointsRedeemed=number("Points redeemed"),
            expiredPoints=number("Points expired"),
            nextTier=text("Next tier"),
            pointsToNextTier=number("Points to the next tier"),
            joinDate=moment("Member since"),
            tierUpgradeDate=moment("Tier since"),
            tierExpiryDate=moment("Tier until"),
        ),
    },
    "pushNotificationDetails": {
        "pushNotificationDetails": many(
            "Push notification details",
            group(
                "Device",
                token=text("Token"),
                platform=text("Platform"),
                appID=text("App"),
                denylisted=flag("Not to be used"),
                identity=identity("Whose device"),
            ),
        ),
    },
    "segmentMembership": {
        "segmentMembership": mapping(
            "Segment membership",
            mapping(
                "Segments",
                group(
                    "Membership",
                    status=choice("Status", "realized", "existing", "exited"),
                    lastQualificationTime=moment("Last qualification"),
                    validUntil=moment("Valid until"),
                    version=text("Version"),
                ),
            ),
        ),
    },
    "testProfile": {"testProfile": flag("Test profile")},
}
