// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.GpuSharing;
import java.lang.Integer;
import java.util.Objects;


public final class GpuShareConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final GpuShareConfigArgs Empty = new GpuShareConfigArgs();

    @Import(name="mode", required=true)
    private GpuSharing mode;

    public GpuSharing mode() {
        return this.mode;
    }

    @Import(name="pods", required=true)
    private Integer pods;

    public Integer pods() {
        return this.pods;
    }

    private GpuShareConfigArgs() {}

    private GpuShareConfigArgs(GpuShareConfigArgs $) {
        this.mode = $.mode;
        this.pods = $.pods;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(GpuShareConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private GpuShareConfigArgs $;

        public Builder() {
            $ = new GpuShareConfigArgs();
        }

        public Builder(GpuShareConfigArgs defaults) {
            $ = new GpuShareConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder mode(GpuSharing mode) {
            $.mode = mode;
            return this;
        }

        public Builder pods(Integer pods) {
            $.pods = pods;
            return this;
        }

        public GpuShareConfigArgs build() {
            if ($.mode == null) {
                throw new MissingRequiredPropertyException("GpuShareConfigArgs", "mode");
            }
            if ($.pods == null) {
                throw new MissingRequiredPropertyException("GpuShareConfigArgs", "pods");
            }
            return $;
        }
    }

}
