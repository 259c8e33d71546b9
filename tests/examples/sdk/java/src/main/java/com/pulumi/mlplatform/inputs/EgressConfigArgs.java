// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.Integer;
import java.lang.String;
import java.util.Objects;


public final class EgressConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final EgressConfigArgs Empty = new EgressConfigArgs();

    @Import(name="cidr", required=true)
    private String cidr;

    public String cidr() {
        return this.cidr;
    }

    @Import(name="port", required=true)
    private Integer port;

    public Integer port() {
        return this.port;
    }

    private EgressConfigArgs() {}

    private EgressConfigArgs(EgressConfigArgs $) {
        this.cidr = $.cidr;
        this.port = $.port;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(EgressConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private EgressConfigArgs $;

        public Builder() {
            $ = new EgressConfigArgs();
        }

        public Builder(EgressConfigArgs defaults) {
            $ = new EgressConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder cidr(String cidr) {
            $.cidr = cidr;
            return this;
        }

        public Builder port(Integer port) {
            $.port = port;
            return this;
        }

        public EgressConfigArgs build() {
            if ($.cidr == null) {
                throw new MissingRequiredPropertyException("EgressConfigArgs", "cidr");
            }
            if ($.port == null) {
                throw new MissingRequiredPropertyException("EgressConfigArgs", "port");
            }
            return $;
        }
    }

}
