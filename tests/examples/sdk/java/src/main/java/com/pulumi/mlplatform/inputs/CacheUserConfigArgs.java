// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.CacheAccess;
import java.lang.Boolean;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class CacheUserConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final CacheUserConfigArgs Empty = new CacheUserConfigArgs();

    @Import(name="access", required=true)
    private CacheAccess access;

    public CacheAccess access() {
        return this.access;
    }

    @Import(name="keys")
    private @Nullable List<String> keys;

    public Optional<List<String>> keys() {
        return Optional.ofNullable(this.keys);
    }

    @Import(name="name", required=true)
    private String name;

    public String name() {
        return this.name;
    }

    @Import(name="password")
    private @Nullable Boolean password;

    public Optional<Boolean> password() {
        return Optional.ofNullable(this.password);
    }

    private CacheUserConfigArgs() {}

    private CacheUserConfigArgs(CacheUserConfigArgs $) {
        this.access = $.access;
        this.keys = $.keys;
        this.name = $.name;
        this.password = $.password;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(CacheUserConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private CacheUserConfigArgs $;

        public Builder() {
            $ = new CacheUserConfigArgs();
        }

        public Builder(CacheUserConfigArgs defaults) {
            $ = new CacheUserConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder access(CacheAccess access) {
            $.access = access;
            return this;
        }

        public Builder keys(@Nullable List<String> keys) {
            $.keys = keys;
            return this;
        }

        public Builder keys(String... keys) {
            return keys(List.of(keys));
        }

        public Builder name(String name) {
            $.name = name;
            return this;
        }

        public Builder password(@Nullable Boolean password) {
            $.password = password;
            return this;
        }

        public CacheUserConfigArgs build() {
            if ($.access == null) {
                throw new MissingRequiredPropertyException("CacheUserConfigArgs", "access");
            }
            if ($.name == null) {
                throw new MissingRequiredPropertyException("CacheUserConfigArgs", "name");
            }
            return $;
        }
    }

}
