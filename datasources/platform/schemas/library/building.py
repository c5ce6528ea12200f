"""The few words in which the library's field groups are written; each gives a JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]
FieldGroup = Mapping[str, Document]  # top-level fields by name


def text(title: str, **more: Any) -> Document:
    """A string; ``more`` are further JSON Schema keywords."""
    return {"type": "string", "title": title, **more}


def choice(title: str, *values: str) -> Document:
    """A string out of a few."""
    return text(title, enum=list(values))


def email(title: str) -> Document:
    """An e-mail address."""
    return text(title, format="email")


def moment(title: str) -> Document:
    """A date and time with an offset."""
    return text(title, format="date-time")


def day(title: str) -> Document:
    """A calendar day."""
    return text(title, format="date")


def integer(title: str, **more: Any) -> Document:
    """A whole number."""
    return {"type": "integer", "title": title, **more}


def number(title: str, **more: Any) -> Document:
    """Any number."""
    return {"type": "number", "title": title, **more}


def flag(title: str) -> Document:
    """True or false."""
    return {"type": "boolean", "title": title}


def group(title: str, /, **fields: Document) -> Document:
    """An object with these fields; others are kept and cannot be chosen (technical.md, Schemas)."""
    return {"type": "object", "title": title, "properties": fields}


def many(title: str, item: Document) -> Document:
    """A list."""
    return {"type": "array", "title": title, "items": item}


def mapping(title: str, value: Document) -> Document:
    """A map from any text to values of one shape."""
    return {"type": "object", "title": title, "additionalProperties": value}


def with_required(schema: Document, *names: str) -> Document:
    """The object with some of its fields required."""
    return {**schema, "required": list(names)}


def measure(title: str) -> Document:
    """How often something happened, under a name of its own."""
    return group(title, id=text("Identifier"), value=number("Value"))


def identity(title: str) -> Document:
    """One identity outside the identity map."""
    return group(
        title,
        id=text("Identifier"),
        namespace=group("Namespace", code=text("Code")),
        primary=flag("Primary"),
        authenticatedState=choice("Authenticated state", "ambiguous", "authenticated", "loggedOut"),
    )


def identity_map() -> Document:
    """All identities of a person, by namespace."""
    entry = group(
        "Identity",
        id=text("Identifier"),
        primary=flag("Primary"),
        authenticatedState=choice("Authenticated state", "ambiguous", "authenticated", "loggedOut"),
    )
    return mapping("Identity map", many("Identities", with_required(entry, "id")))


def geo(title: str = "Geographic position") -> Document:
    """A place on earth."""
    return group(
        title,
        _schema=group(
            "Coordinates",
            latitude=number("Latitude", minimum=-90, maximum=90),
            longitude=number("Longitude", minimum=-180, maximum=180),
            elevation=number("Elevation in metres"),
        ),
        countryCode=text("Country code"),
        stateProvince=text("State or province"),
        city=text("City"),
        postalCode=text("Postal code"),
        dmaID=integer("Media market"),
        msaID=integer("Statistical area"),
    )


def address(title: str) -> Document:
    """A postal address, which is also a place on earth."""
    place = geo(title)
    place["properties"] |= {
        "street1": text("Street"),
        "street2": text("Street, second line"),
        "street3": text("Street, third line"),
        "street4": text("Street, fourth line"),
        "region": text("Region"),
        "postOfficeBox": text("Post office box"),
        "state": text("State"),
        "country": text("Country"),
        "label": text("Label"),
        "primary": flag("Primary"),
        "status": text("Status"),
        "lastVerifiedDate": day("Last verified"),
    }
    return place


def point_of_interest() -> Document:
    """A place that matters to somebody, and how near the person is."""
    return group(
        "Point of interest",
        poiID=text("Identifier"),
        name=text("Name"),
        category=text("Category"),
        type=text("Type"),
        locatingType=text("How it was located"),
        distanceToPOICenter=number("Distance to its centre in metres"),
        beaconInteractionDetails=group(
            "Beacon",
            proximityUUID=text("Proximity UUID"),
            beaconMajor=number("Major"),
            beaconMinor=number("Minor"),
            proximity=choice("Proximity", "immediate", "near", "far", "unknown"),
        ),
        geoInteractionDetails=group(
            "Position",
            distanceToCenter=number("Distance to the centre in metres"),
            deviceGeoAccuracy=number("Accuracy of the device in metres"),
        ),
    )


def device() -> Document:
    """The thing in somebody's hand."""
    return group(
        "Device",
        type=text("Type"),
        manufacturer=text("Manufacturer"),
        model=text("Model"),
        modelNumber=text("Model number"),
        typeID=text("ID of the type"),
        typeIDService=text("Who gave the ID of the type"),
        colorDepth=integer("Colour depth"),
        isPushOptIn=flag("Push messages allowed"),
        isBackgroundPushEnabled=flag("Push messages in the background"),
        isLocationEnabled=flag("Location on"),
        locationPermission=text("Permission to see the location"),
        screenHeight=integer("Screen height in pixels"),
        screenWidth=integer("Screen width in pixels"),
        screenOrientation=choice("Screen orientation", "portrait", "landscape"),
    )


def environment() -> Document:
    """What the thing in somebody's hand runs."""
    return group(
        "Environment",
        type=choice("Type", "browser", "application", "iot", "external", "widget"),
        operatingSystem=text("Operating system"),
        operatingSystemVersion=text("Version of the operating system"),
        carrier=text("Carrier"),
        connectionType=text("Connection type"),
        operatingSystemVendor=text("Maker of the operating system"),
        domain=text("Domain"),
        ISP=text("Internet provider"),
        viewportHeight=integer("Height of the window in pixels"),
        viewportWidth=integer("Width of the window in pixels"),
        ipV4=text("IPv4 address", format="ipv4"),
        ipV6=text("IPv6 address", format="ipv6"),
        browserDetails=group(
            "Browser",
            name=text("Name"),
            version=text("Version"),
            vendor=text("Maker"),
            cookiesEnabled=flag("Cookies on"),
            javaScriptEnabled=flag("JavaScript on"),
            userAgent=text("User agent"),
            acceptLanguage=text("Accepted language"),
            viewportHeight=integer("Height of the window in pixels"),
            viewportWidth=integer("Width of the window in pixels"),
        ),
        _dc=group("Content", language=text("Language")),
    )
