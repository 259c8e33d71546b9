// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.LoggedEvents;
import java.util.Objects;


public final class PredictionLogsConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final PredictionLogsConfigArgs Empty = new PredictionLogsConfigArgs();

    @Import(name="mode", required=true)
    private LoggedEvents mode;

    public LoggedEvents mode() {
        return this.mode;
    }

    private PredictionLogsConfigArgs() {}

    private PredictionLogsConfigArgs(PredictionLogsConfigArgs $) {
        this.mode = $.mode;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(PredictionLogsConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private PredictionLogsConfigArgs $;

        public Builder() {
            $ = new PredictionLogsConfigArgs();
        }

        public Builder(PredictionLogsConfigArgs defaults) {
            $ = new PredictionLogsConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder mode(LoggedEvents mode) {
            $.mode = mode;
            return this;
        }

        public PredictionLogsConfigArgs build() {
            if ($.mode == null) {
                throw new MissingRequiredPropertyException("PredictionLogsConfigArgs", "mode");
            }
            return $;
        }
    }

}
