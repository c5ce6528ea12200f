"""Field groups of experience events, with the paths that XDM gives them (technical.md, Schemas)."""

from __future__ import annotations

from collections.abc import Mapping

from datasources.platform.schemas.library.building import (
    FieldGroup,
    address,
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
    point_of_interest,
    text,
)

# What the class itself brings: every schema of events has it.
EVENT_CLASS: FieldGroup = {
    "_id": text("Identifier", minLength=1),
    "timestamp": moment("Time"),
    "eventType": text("Event type"),
    "eventMergeId": text("Merge ID"),
    "producedBy": text("Produced by"),
    "identityMap": identity_map(),
}
EVENT_REQUIRED = ("_id", "timestamp")

_commerce_measures = {
    "productListViews": "Product list views",
    "productViews": "Product views",
    "productListReopens": "Carts opened again",
    "productListOpens": "Carts opened",
    "productListAdds": "Products added to carts",
    "productListRemovals": "Products removed from carts",
    "checkouts": "Checkouts",
    "purchases": "Purchases",
    "saveForLaters": "Saved for later",
    "cartAbandons": "Carts abandoned",
    "inStorePurchase": "Purchases in a store",
    "instantPurchase": "Instant purchases",
}

EVENT_GROUPS: Mapping[str, FieldGroup] = {
    "orchestration": {
        "_experience": group(
            "Experience",
            campaign=group(
                "Campaign",
                orchestration=group(
                    "Orchestration",
                    eventID=text("Orchestration event ID"),
                    originJourneyID=text("Journey that jumped here"),
                ),
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
                taxAmount=number("Taxes"),
                discountAmount=number("Discount"),
                orderType=text("Kind of order"),
                createdDate=moment("Ordered"),
                lastUpdatedDate=moment("Changed"),
                cancelDate=moment("Cancelled"),
                payments=many(
                    "Payments",
                    group(
                        "Payment",
                        transactionID=text("Transaction"),
                        paymentAmount=number("Amount"),
                        paymentType=text("Method"),
                        currencyCode=text("Currency"),
                    ),
                ),
            ),
            promotionID=text("Promotion"),
            cart=group("Cart", cartID=text("Cart ID"), cartSource=text("Where it was filled")),
            shipping=group(
                "Shipping",
                shippingMethod=text("Method"),
                shippingAmount=number("Price"),
                currencyCode=text("Currency"),
                shipDate=moment("Shipped"),
                trackingURL=text("Where to follow it"),
                address=address("Address"),
            ),
            billing=group("Billing", address=address("Address")),
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
                productAddMethod=text("How it was added"),
                discountAmount=number("Discount"),
                unitOfMeasureCode=text("Unit"),
                selectedOptions=many(
                    "Chosen options", group("Option", attribute=text("Attribute"), value=text("Value"))
                ),
                productCategories=many(
                    "Categories",
                    group(
                        "Category",
                        categoryID=text("Category ID"),
                        categoryName=text("Name"),
                        categoryPath=text("Path"),
                    ),
                ),
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
                viewName=text("View"),
                isErrorPage=flag("Error page"),
                isHomePage=flag("Home page"),
                pageViews=measure("Page views"),
            ),
            webInteraction=group(
                "Interaction",
                name=text("Name"),
                URL=text("URL"),
                type=choice("Type", "download", "exit", "other"),
                region=text("Region of the page"),
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
            isLaunch=flag("Launch"),
            isInstall=flag("Install"),
            isUpgrade=flag("Upgrade"),
            isClose=flag("Close"),
            closeType=text("How it was closed"),
            sessionLength=integer("Length of the session in seconds"),
            featureUsages=measure("Features used"),
            launches=measure("Launches"),
            firstLaunches=measure("First launches"),
            installs=measure("Installs"),
            upgrades=measure("Upgrades"),
            crashes=measure("Crashes"),
            applicationCloses=measure("Closes"),
            _dc=group("Content", language=text("Language")),
        ),
    },
    "device": {"device": device()},
    "environment": {"environment": environment()},
    "placeContext": {
        "placeContext": group(
            "Place context",
            localTime=moment("Local time"),
            localTimezoneOffset=integer("Offset of the local time in minutes"),
            ianaTimezone=text("Time zone"),
            geo=geo(),
            POIinteraction=group(
                "Interaction with a point of interest",
                poiEntries=measure("Entries"),
                poiExits=measure("Exits"),
                POIDetail=point_of_interest(),
            ),
            activePOIs=many("Points of interest around", point_of_interest()),
        ),
    },
    "channel": {
        "channel": group(
            "Channel",
            _id=text("Channel"),
            _type=text("Type"),
            typeAtSource=text("Type at the source"),
            referringSource=text("Where the person came from"),
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
            mirrorPages=measure("Mirror pages opened"),
            nonDeliverables=measure("Not deliverable"),
            notSent=measure("Not sent"),
            offerOpens=measure("Offers opened"),
            impressions=measure("Impressions"),
            excludes=measure("Left out"),
            emailDelivered=measure("Delivered"),
            unsubscribeReason=text("Why unsubscribed"),
            hashedEmail=text("E-mail, hashed"),
            messageID=text("Message"),
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
            searchEngineID=text("ID of the search engine"),
            position=integer("Position on the page"),
            slot=text("Slot"),
            isPaid=flag("Paid"),
            pageDepth=integer("Page of the results"),
        ),
    },
}
