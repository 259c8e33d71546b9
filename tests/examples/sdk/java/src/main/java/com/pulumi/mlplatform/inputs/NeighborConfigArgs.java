// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.Integer;
import java.lang.String;
import java.util.Objects;


public final class NeighborConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final NeighborConfigArgs Empty = new NeighborConfigArgs();

    @Import(name="namespace", required=true)
    private String namespace;

    public String namespace() {
        return this.namespace;
    }

    @Import(name="port", required=true)
    private Integer port;

    public Integer port() {
        return this.port;
    }

    private NeighborConfigArgs() {}

    private NeighborConfigArgs(NeighborConfigArgs $) {
        this.namespace = $.namespace;
        this.port = $.port;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(NeighborConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private NeighborConfigArgs $;

        public Builder() {
            $ = new NeighborConfigArgs();
        }

        public Builder(NeighborConfigArgs defaults) {
            $ = new NeighborConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder namespace(String namespace) {
            $.namespace = namespace;
            return this;
        }

        public Builder port(Integer port) {
            $.port = port;
            return this;
        }

        public NeighborConfigArgs build() {
            if ($.namespace == null) {
                throw new MissingRequiredPropertyException("NeighborConfigArgs", "namespace");
            }
            if ($.port == null) {
                throw new MissingRequiredPropertyException("NeighborConfigArgs", "port");
            }
            return $;
        }
    }

}
