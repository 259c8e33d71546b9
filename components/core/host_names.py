"""Where a host name may lie."""

from .spec import refuse


def inside_zone(name: str, zone: str | None) -> str:
    """`name`, which the Route 53 zone `zone` holds; refused otherwise. All is well where the zone itself was refused.

    A wildcard such as *.models.example.com is a name too.
    """
    if zone and not f".{name}".endswith(f".{zone}"):
        raise refuse(name, f"{name} is outside the zone {zone}; name one below it, or the zone that holds it")
    return name
