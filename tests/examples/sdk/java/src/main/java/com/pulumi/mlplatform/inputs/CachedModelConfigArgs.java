// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.Integer;
import java.lang.String;
import java.util.Objects;


public final class CachedModelConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final CachedModelConfigArgs Empty = new CachedModelConfigArgs();

    @Import(name="group", required=true)
    private String group;

    public String group() {
        return this.group;
    }

    @Import(name="sizeGib", required=true)
    private Integer sizeGib;

    public Integer sizeGib() {
        return this.sizeGib;
    }

    private CachedModelConfigArgs() {}

    private CachedModelConfigArgs(CachedModelConfigArgs $) {
        this.group = $.group;
        this.sizeGib = $.sizeGib;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(CachedModelConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private CachedModelConfigArgs $;

        public Builder() {
            $ = new CachedModelConfigArgs();
        }

        public Builder(CachedModelConfigArgs defaults) {
            $ = new CachedModelConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder group(String group) {
            $.group = group;
            return this;
        }

        public Builder sizeGib(Integer sizeGib) {
            $.sizeGib = sizeGib;
            return this;
        }

        public CachedModelConfigArgs build() {
            if ($.group == null) {
                throw new MissingRequiredPropertyException("CachedModelConfigArgs", "group");
            }
            if ($.sizeGib == null) {
                throw new MissingRequiredPropertyException("CachedModelConfigArgs", "sizeGib");
            }
            return $;
        }
    }

}
