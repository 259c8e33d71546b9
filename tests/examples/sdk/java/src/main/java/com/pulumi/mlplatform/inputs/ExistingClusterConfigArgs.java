// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.String;
import java.util.Objects;


public final class ExistingClusterConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final ExistingClusterConfigArgs Empty = new ExistingClusterConfigArgs();

    @Import(name="securityGroupId", required=true)
    private String securityGroupId;

    public String securityGroupId() {
        return this.securityGroupId;
    }

    private ExistingClusterConfigArgs() {}

    private ExistingClusterConfigArgs(ExistingClusterConfigArgs $) {
        this.securityGroupId = $.securityGroupId;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(ExistingClusterConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private ExistingClusterConfigArgs $;

        public Builder() {
            $ = new ExistingClusterConfigArgs();
        }

        public Builder(ExistingClusterConfigArgs defaults) {
            $ = new ExistingClusterConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder securityGroupId(String securityGroupId) {
            $.securityGroupId = securityGroupId;
            return this;
        }

        public ExistingClusterConfigArgs build() {
            if ($.securityGroupId == null) {
                throw new MissingRequiredPropertyException("ExistingClusterConfigArgs", "securityGroupId");
            }
            return $;
        }
    }

}
