// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.Integer;
import java.lang.String;
import java.util.Objects;


public final class GuaranteeConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final GuaranteeConfigArgs Empty = new GuaranteeConfigArgs();

    @Import(name="gpus", required=true)
    private Integer gpus;

    public Integer gpus() {
        return this.gpus;
    }

    @Import(name="pool", required=true)
    private String pool;

    public String pool() {
        return this.pool;
    }

    @Import(name="team", required=true)
    private String team;

    public String team() {
        return this.team;
    }

    private GuaranteeConfigArgs() {}

    private GuaranteeConfigArgs(GuaranteeConfigArgs $) {
        this.gpus = $.gpus;
        this.pool = $.pool;
        this.team = $.team;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(GuaranteeConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private GuaranteeConfigArgs $;

        public Builder() {
            $ = new GuaranteeConfigArgs();
        }

        public Builder(GuaranteeConfigArgs defaults) {
            $ = new GuaranteeConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder gpus(Integer gpus) {
            $.gpus = gpus;
            return this;
        }

        public Builder pool(String pool) {
            $.pool = pool;
            return this;
        }

        public Builder team(String team) {
            $.team = team;
            return this;
        }

        public GuaranteeConfigArgs build() {
            if ($.gpus == null) {
                throw new MissingRequiredPropertyException("GuaranteeConfigArgs", "gpus");
            }
            if ($.pool == null) {
                throw new MissingRequiredPropertyException("GuaranteeConfigArgs", "pool");
            }
            if ($.team == null) {
                throw new MissingRequiredPropertyException("GuaranteeConfigArgs", "team");
            }
            return $;
        }
    }

}
