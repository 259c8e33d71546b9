// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.String;
import java.util.Objects;


public final class OidcConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final OidcConfigArgs Empty = new OidcConfigArgs();

    @Import(name="authorizationEndpoint", required=true)
    private String authorizationEndpoint;

    public String authorizationEndpoint() {
        return this.authorizationEndpoint;
    }

    @Import(name="clientId", required=true)
    private String clientId;

    public String clientId() {
        return this.clientId;
    }

    @Import(name="issuer", required=true)
    private String issuer;

    public String issuer() {
        return this.issuer;
    }

    @Import(name="tokenEndpoint", required=true)
    private String tokenEndpoint;

    public String tokenEndpoint() {
        return this.tokenEndpoint;
    }

    @Import(name="userInfoEndpoint", required=true)
    private String userInfoEndpoint;

    public String userInfoEndpoint() {
        return this.userInfoEndpoint;
    }

    private OidcConfigArgs() {}

    private OidcConfigArgs(OidcConfigArgs $) {
        this.authorizationEndpoint = $.authorizationEndpoint;
        this.clientId = $.clientId;
        this.issuer = $.issuer;
        this.tokenEndpoint = $.tokenEndpoint;
        this.userInfoEndpoint = $.userInfoEndpoint;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(OidcConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private OidcConfigArgs $;

        public Builder() {
            $ = new OidcConfigArgs();
        }

        public Builder(OidcConfigArgs defaults) {
            $ = new OidcConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder authorizationEndpoint(String authorizationEndpoint) {
            $.authorizationEndpoint = authorizationEndpoint;
            return this;
        }

        public Builder clientId(String clientId) {
            $.clientId = clientId;
            return this;
        }

        public Builder issuer(String issuer) {
            $.issuer = issuer;
            return this;
        }

        public Builder tokenEndpoint(String tokenEndpoint) {
            $.tokenEndpoint = tokenEndpoint;
            return this;
        }

        public Builder userInfoEndpoint(String userInfoEndpoint) {
            $.userInfoEndpoint = userInfoEndpoint;
            return this;
        }

        public OidcConfigArgs build() {
            if ($.authorizationEndpoint == null) {
                throw new MissingRequiredPropertyException("OidcConfigArgs", "authorizationEndpoint");
            }
            if ($.clientId == null) {
                throw new MissingRequiredPropertyException("OidcConfigArgs", "clientId");
            }
            if ($.issuer == null) {
                throw new MissingRequiredPropertyException("OidcConfigArgs", "issuer");
            }
            if ($.tokenEndpoint == null) {
                throw new MissingRequiredPropertyException("OidcConfigArgs", "tokenEndpoint");
            }
            if ($.userInfoEndpoint == null) {
                throw new MissingRequiredPropertyException("OidcConfigArgs", "userInfoEndpoint");
            }
            return $;
        }
    }

}
