// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.inputs.KarpenterPoolConfigArgs;
import java.lang.Boolean;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class KarpenterConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final KarpenterConfigArgs Empty = new KarpenterConfigArgs();

    @Import(name="isolatedVpc")
    private @Nullable Boolean isolatedVpc;

    public Optional<Boolean> isolatedVpc() {
        return Optional.ofNullable(this.isolatedVpc);
    }

    @Import(name="pools", required=true)
    private List<KarpenterPoolConfigArgs> pools;

    public List<KarpenterPoolConfigArgs> pools() {
        return this.pools;
    }

    private KarpenterConfigArgs() {}

    private KarpenterConfigArgs(KarpenterConfigArgs $) {
        this.isolatedVpc = $.isolatedVpc;
        this.pools = $.pools;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(KarpenterConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private KarpenterConfigArgs $;

        public Builder() {
            $ = new KarpenterConfigArgs();
        }

        public Builder(KarpenterConfigArgs defaults) {
            $ = new KarpenterConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder isolatedVpc(@Nullable Boolean isolatedVpc) {
            $.isolatedVpc = isolatedVpc;
            return this;
        }

        public Builder pools(List<KarpenterPoolConfigArgs> pools) {
            $.pools = pools;
            return this;
        }

        public Builder pools(KarpenterPoolConfigArgs... pools) {
            return pools(List.of(pools));
        }

        public KarpenterConfigArgs build() {
            if ($.pools == null) {
                throw new MissingRequiredPropertyException("KarpenterConfigArgs", "pools");
            }
            return $;
        }
    }

}
