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


public final class FloorConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final FloorConfigArgs Empty = new FloorConfigArgs();

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

    @Import(name="minimum", required=true)
    private Integer minimum;

    public Integer minimum() {
        return this.minimum;
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

    private FloorConfigArgs() {}

    private FloorConfigArgs(FloorConfigArgs $) {
        this.days = $.days;
        this.end = $.end;
        this.minimum = $.minimum;
        this.name = $.name;
        this.start = $.start;
        this.timeZone = $.timeZone;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(FloorConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private FloorConfigArgs $;

        public Builder() {
            $ = new FloorConfigArgs();
        }

        public Builder(FloorConfigArgs defaults) {
            $ = new FloorConfigArgs(Objects.requireNonNull(defaults));
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

        public Builder minimum(Integer minimum) {
            $.minimum = minimum;
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

        public FloorConfigArgs build() {
            if ($.end == null) {
                throw new MissingRequiredPropertyException("FloorConfigArgs", "end");
            }
            if ($.minimum == null) {
                throw new MissingRequiredPropertyException("FloorConfigArgs", "minimum");
            }
            if ($.name == null) {
                throw new MissingRequiredPropertyException("FloorConfigArgs", "name");
            }
            if ($.start == null) {
                throw new MissingRequiredPropertyException("FloorConfigArgs", "start");
            }
            return $;
        }
    }

}
