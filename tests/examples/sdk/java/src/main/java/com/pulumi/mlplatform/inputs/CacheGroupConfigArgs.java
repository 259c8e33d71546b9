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


public final class CacheGroupConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final CacheGroupConfigArgs Empty = new CacheGroupConfigArgs();

    @Import(name="name", required=true)
    private String name;

    public String name() {
        return this.name;
    }

    @Import(name="pools")
    private @Nullable List<String> pools;

    public Optional<List<String>> pools() {
        return Optional.ofNullable(this.pools);
    }

    @Import(name="storageGib", required=true)
    private Integer storageGib;

    public Integer storageGib() {
        return this.storageGib;
    }

    private CacheGroupConfigArgs() {}

    private CacheGroupConfigArgs(CacheGroupConfigArgs $) {
        this.name = $.name;
        this.pools = $.pools;
        this.storageGib = $.storageGib;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(CacheGroupConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private CacheGroupConfigArgs $;

        public Builder() {
            $ = new CacheGroupConfigArgs();
        }

        public Builder(CacheGroupConfigArgs defaults) {
            $ = new CacheGroupConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder name(String name) {
            $.name = name;
            return this;
        }

        public Builder pools(@Nullable List<String> pools) {
            $.pools = pools;
            return this;
        }

        public Builder pools(String... pools) {
            return pools(List.of(pools));
        }

        public Builder storageGib(Integer storageGib) {
            $.storageGib = storageGib;
            return this;
        }

        public CacheGroupConfigArgs build() {
            if ($.name == null) {
                throw new MissingRequiredPropertyException("CacheGroupConfigArgs", "name");
            }
            if ($.storageGib == null) {
                throw new MissingRequiredPropertyException("CacheGroupConfigArgs", "storageGib");
            }
            return $;
        }
    }

}
