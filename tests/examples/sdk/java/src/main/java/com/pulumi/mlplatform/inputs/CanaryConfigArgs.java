// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.Integer;
import java.lang.String;
import java.util.Objects;


public final class CanaryConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final CanaryConfigArgs Empty = new CanaryConfigArgs();

    @Import(name="modelUri", required=true)
    private String modelUri;

    public String modelUri() {
        return this.modelUri;
    }

    @Import(name="percent", required=true)
    private Integer percent;

    public Integer percent() {
        return this.percent;
    }

    private CanaryConfigArgs() {}

    private CanaryConfigArgs(CanaryConfigArgs $) {
        this.modelUri = $.modelUri;
        this.percent = $.percent;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(CanaryConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private CanaryConfigArgs $;

        public Builder() {
            $ = new CanaryConfigArgs();
        }

        public Builder(CanaryConfigArgs defaults) {
            $ = new CanaryConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder modelUri(String modelUri) {
            $.modelUri = modelUri;
            return this;
        }

        public Builder percent(Integer percent) {
            $.percent = percent;
            return this;
        }

        public CanaryConfigArgs build() {
            if ($.modelUri == null) {
                throw new MissingRequiredPropertyException("CanaryConfigArgs", "modelUri");
            }
            if ($.percent == null) {
                throw new MissingRequiredPropertyException("CanaryConfigArgs", "percent");
            }
            return $;
        }
    }

}
