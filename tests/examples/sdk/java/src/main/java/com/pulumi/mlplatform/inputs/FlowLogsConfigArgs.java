// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.mlplatform.enums.FlowLogTraffic;
import java.lang.Integer;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class FlowLogsConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final FlowLogsConfigArgs Empty = new FlowLogsConfigArgs();

    @Import(name="aggregationSeconds")
    private @Nullable Integer aggregationSeconds;

    public Optional<Integer> aggregationSeconds() {
        return Optional.ofNullable(this.aggregationSeconds);
    }

    @Import(name="retentionDays")
    private @Nullable Integer retentionDays;

    public Optional<Integer> retentionDays() {
        return Optional.ofNullable(this.retentionDays);
    }

    @Import(name="traffic")
    private @Nullable FlowLogTraffic traffic;

    public Optional<FlowLogTraffic> traffic() {
        return Optional.ofNullable(this.traffic);
    }

    private FlowLogsConfigArgs() {}

    private FlowLogsConfigArgs(FlowLogsConfigArgs $) {
        this.aggregationSeconds = $.aggregationSeconds;
        this.retentionDays = $.retentionDays;
        this.traffic = $.traffic;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(FlowLogsConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private FlowLogsConfigArgs $;

        public Builder() {
            $ = new FlowLogsConfigArgs();
        }

        public Builder(FlowLogsConfigArgs defaults) {
            $ = new FlowLogsConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder aggregationSeconds(@Nullable Integer aggregationSeconds) {
            $.aggregationSeconds = aggregationSeconds;
            return this;
        }

        public Builder retentionDays(@Nullable Integer retentionDays) {
            $.retentionDays = retentionDays;
            return this;
        }

        public Builder traffic(@Nullable FlowLogTraffic traffic) {
            $.traffic = traffic;
            return this;
        }

        public FlowLogsConfigArgs build() {
            return $;
        }
    }

}
