"""Field groups of experience events, with the paths that XDM gives them (events.md, Schemas)."""

from __future__ import annotations

from collections.abc import Mapping

from datasources.platform.schemas.library.building import (
    FieldGroup,
    choice,
    device,
    email,
    environment,
    flag,
    geo,
    group,
    identity,
    identity_map,
    integer,
    many,
    measure,
    moment,
    number,
    text,
)

# What the class itself brings: every schema of events has it.
EVENT_CLASS: FieldGroup = {
    "_id": text("Identifier", minLength=1),
    "timestamp": moment("Time"),
    "eventType": text("Event type"),
    "producedBy": text("Produced by"),
    "identityMap": identity_map(),
}
EVENT_REQUIRED = ("_id", "timestamp")

_commerce_measures = {
    "productListViews": "Product list views",
    "productViews": "Product views",
    "productListOpens": "Carts opened",
    "productListAdds": "Products added to carts",
    "productListRemovals": "Products removed from carts",
    "checkouts": "Checkouts",
    "purchases": "Purchases",
    "saveForLaters": "Saved for later",
}

EVENT_GROUPS: Mapping[str, FieldGroup] = {
    "orchestration": {
        "_experience": group(
            "Experience",
            campaign=group(
                "Campaign", orchestration=group("Orchestration", eventID=text("Orchestration event ID"))
            ),
        ),
    },
    "commerce": {
        "commerce": group(
            "Commerce",
            order=group(
                "Order",
                purchaseID=text("Purchase ID"),
                purchaseOrderNumber=text("Purchase order number"),
                currencyCode=text("Currency"),
                priceTotal=number("Total price"),
            ),
            **{name: measure(title) for name, title in _commerce_measures.items()},
        ),
        "productListItems": many(
            "Product list items",
            group(
                "Product",
                SKU=text("SKU"),
                name=text("Name"),
                currencyCode=text("Currency"),
                quantity=integer("Quantity"),
                priceTotal=number("Total price"),
                product=text("Product"),
                productImageUrl=text("Image"),
            ),
        ),
    },
    "web": {
        "web": group(
            "Web",
            webPageDetails=group(
                "Page",
                name=text("Name"),
                URL=text("URL"),
                siteSection=text("Site section"),
                server=text("Server"),
                isErrorPage=flag("Error page"),
                pageViews=measure("Page views"),
            ),
            webInteraction=group(
                "Interaction",
                name=text("Name"),
                URL=text("URL"),
                type=choice("Type", "download", "exit", "other"),
                linkClicks=measure("Link clicks"),
            ),
            webReferrer=group("Referrer", URL=text("URL"), type=text("Type")),
        ),
    },
    "application": {
        "application": group(
            "Application",
            id=text("Identifier"),
            name=text("Name"),
            version=text("Version"),
            userPerspective=text("User perspective"),
            launches=measure("Launches"),
            firstLaunches=measure("First launches"),
            installs=measure("Installs"),
            upgrades=measure("Upgrades"),
            crashes=measure("Crashes"),
            closes=measure("Closes"),
        ),
    },
    "device": {"device": device()},
    "environment": {"environment": environment()},
    "placeContext": {
        "placeContext": group(
            "Place context",
            localTime=moment("Local time"),
            ianaTimezone=text("Time zone"),
            geo=geo(),
            POIinteraction=group(
                "Interaction with a point of interest",
                poiEntries=measure("Entries"),
                poiExits=measure("Exits"),
                POIDetail=group(
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
                        "Position", distanceToCenter=number("Distance to the centre in metres")
                    ),
                ),
            ),
        ),
    },
    "channel": {
        "channel": group(
            "Channel",
            typeAtSource=text("Type at the source"),
            mediaType=text("Media type"),
            mediaAction=text("Media action"),
            mode=choice("Mode", "push", "pull", "bidirectional"),
        ),
    },
    "directMarketing": {
        "directMarketing": group(
            "Direct marketing",
            sends=measure("Sends"),
            opens=measure("Opens"),
            clicks=measure("Clicks"),
            bounces=measure("Bounces"),
            unsubscriptions=measure("Unsubscriptions"),
            userComplaints=measure("Complaints"),
            emailVisitorID=text("Visitor"),
        ),
    },
    "endUserIDs": {
        "endUserIDs": group(
            "End user IDs",
            _experience=group(
                "Experience",
                mcid=identity("Visitor (ECID)"),
                emailid=identity("E-mail"),
                phonenumberid=identity("Phone number"),
                aaid=identity("Analytics"),
                tntid=identity("Target"),
                adcloud=identity("Advertising"),
                acid=identity("Campaign"),
            ),
        ),
    },
    "messageProfile": {
        "_experience": group(
            "Experience",
            campaign=group(
                "Campaign",
                message=group(
                    "Message",
                    profileSnapshot=group(
                        "Profile at the time of the event",
                        pushNotificationTokens=many(
                            "Push notification tokens",
                            group(
                                "Token",
                                token=text("Token"),
                                registrationDate=moment("Registered"),
                                deregistrationDate=moment("Deregistered"),
                            ),
                        ),
                        personalEmail=group("Personal e-mail", address=email("Address")),
                    ),
                ),
            ),
        ),
    },
    "search": {
        "search": group(
            "Search",
            keywords=text("Keywords"),
            searchEngine=text("Search engine"),
            isPaid=flag("Paid"),
            pageDepth=integer("Page of the results"),
        ),
    },
}
