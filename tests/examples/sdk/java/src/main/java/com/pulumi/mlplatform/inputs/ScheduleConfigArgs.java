// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class ScheduleConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final ScheduleConfigArgs Empty = new ScheduleConfigArgs();

    @Import(name="additionalNodes", required=true)
    private Integer additionalNodes;

    public Integer additionalNodes() {
        return this.additionalNodes;
    }

    @Import(name="days")
    private @Nullable List<String> days;

    public Optional<List<String>> days() {
        return Optional.ofNullable(this.days);
    }

    @Import(name="end", required=true)
    private String end;

    public String end() {
        return this.end;
    }

    @Import(name="name", required=true)
    private String name;

    public String name() {
        return this.name;
    }

    @Import(name="start", required=true)
    private String start;

    public String start() {
        return this.start;
    }

    @Import(name="timeZone")
    private @Nullable String timeZone;

    public Optional<String> timeZone() {
        return Optional.ofNullable(this.timeZone);
    }

    private ScheduleConfigArgs() {}

    private ScheduleConfigArgs(ScheduleConfigArgs $) {
        this.additionalNodes = $.additionalNodes;
        this.days = $.days;
        this.end = $.end;
        this.name = $.name;
        this.start = $.start;
        this.timeZone = $.timeZone;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(ScheduleConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private ScheduleConfigArgs $;

        public Builder() {
            $ = new ScheduleConfigArgs();
        }

        public Builder(ScheduleConfigArgs defaults) {
            $ = new ScheduleConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder additionalNodes(Integer additionalNodes) {
            $.additionalNodes = additionalNodes;
            return this;
        }

        public Builder days(@Nullable List<String> days) {
            $.days = days;
            return this;
        }

        public Builder days(String... days) {
            return days(List.of(days));
        }

        public Builder end(String end) {
            $.end = end;
            return this;
        }

        public Builder name(String name) {
            $.name = name;
            return this;
        }

        public Builder start(String start) {
            $.start = start;
            return this;
        }

        public Builder timeZone(@Nullable String timeZone) {
            $.timeZone = timeZone;
            return this;
        }

        public ScheduleConfigArgs build() {
            if ($.additionalNodes == null) {
                throw new MissingRequiredPropertyException("ScheduleConfigArgs", "additionalNodes");
            }
            if ($.end == null) {
                throw new MissingRequiredPropertyException("ScheduleConfigArgs", "end");
            }
            if ($.name == null) {
                throw new MissingRequiredPropertyException("ScheduleConfigArgs", "name");
            }
            if ($.start == null) {
                throw new MissingRequiredPropertyException("ScheduleConfigArgs", "start");
            }
            return $;
        }
    }

}
