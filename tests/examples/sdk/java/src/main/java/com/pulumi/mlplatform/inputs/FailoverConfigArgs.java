// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.FailoverRole;
import java.util.Objects;


public final class FailoverConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final FailoverConfigArgs Empty = new FailoverConfigArgs();

    @Import(name="role", required=true)
    private FailoverRole role;

    public FailoverRole role() {
        return this.role;
    }

    private FailoverConfigArgs() {}

    private FailoverConfigArgs(FailoverConfigArgs $) {
        this.role = $.role;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(FailoverConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private FailoverConfigArgs $;

        public Builder() {
            $ = new FailoverConfigArgs();
        }

        public Builder(FailoverConfigArgs defaults) {
            $ = new FailoverConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder role(FailoverRole role) {
            $.role = role;
            return this;
        }

        public FailoverConfigArgs build() {
            if ($.role == null) {
                throw new MissingRequiredPropertyException("FailoverConfigArgs", "role");
            }
            return $;
        }
    }

}
