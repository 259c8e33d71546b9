"""The tag `component` of each resource: the name of the outermost component that makes it."""

from weakref import WeakKeyDictionary

import pulumi

from components.spend.spend_control.spec import COMPONENT_TAG


def component_tags() -> pulumi.ResourceTransformation:
    """A transformation that gives each AWS resource that can have tags the name of its outermost component.

    Pass it in `ResourceOptions(transformations=[...])`: components hand it on to their children. The provider sets its
    own tags on exactly the resources that have the output `tags_all`, so those can have tags.
    """
    owners: WeakKeyDictionary[pulumi.Resource, str] = WeakKeyDictionary()

    def tagged(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        parent = args.opts.parent
        owner = owners.get(parent, args.name) if parent else args.name
        owners[args.resource] = owner
        if not hasattr(type(args.resource), "tags_all"):
            return None
        given = pulumi.Output.from_input(args.props.get("tags") or {})
        tags = given.apply(lambda known: {COMPONENT_TAG: owner, **known})
        return pulumi.ResourceTransformationResult({**args.props, "tags": tags}, args.opts)

    return tagged
