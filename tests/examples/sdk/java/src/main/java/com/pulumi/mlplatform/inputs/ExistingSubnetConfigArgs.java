// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.String;
import java.util.Objects;


public final class ExistingSubnetConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final ExistingSubnetConfigArgs Empty = new ExistingSubnetConfigArgs();

    @Import(name="cidr", required=true)
    private String cidr;

    public String cidr() {
        return this.cidr;
    }

    @Import(name="id", required=true)
    private String id;

    public String id() {
        return this.id;
    }

    private ExistingSubnetConfigArgs() {}

    private ExistingSubnetConfigArgs(ExistingSubnetConfigArgs $) {
        this.cidr = $.cidr;
        this.id = $.id;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(ExistingSubnetConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private ExistingSubnetConfigArgs $;

        public Builder() {
            $ = new ExistingSubnetConfigArgs();
        }

        public Builder(ExistingSubnetConfigArgs defaults) {
            $ = new ExistingSubnetConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder cidr(String cidr) {
            $.cidr = cidr;
            return this;
        }

        public Builder id(String id) {
            $.id = id;
            return this;
        }

        public ExistingSubnetConfigArgs build() {
            if ($.cidr == null) {
                throw new MissingRequiredPropertyException("ExistingSubnetConfigArgs", "cidr");
            }
            if ($.id == null) {
                throw new MissingRequiredPropertyException("ExistingSubnetConfigArgs", "id");
            }
            return $;
        }
    }

}
