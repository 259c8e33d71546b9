"""Calls of identities, keys, secrets and single sign-on."""

from tests.support.cloud.call import Call, Rows

ACCESS: Rows = {
    "aws:accessanalyzer/analyzer:Analyzer": (Call("accessanalyzer:CreateAnalyzer"),),
    "aws:cognito/managedLoginBranding:ManagedLoginBranding": (Call("cognito-idp:CreateManagedLoginBranding"),),
    "aws:cognito/riskConfiguration:RiskConfiguration": (Call("cognito-idp:SetRiskConfiguration"),),
    "aws:cognito/userGroup:UserGroup": (Call("cognito-idp:CreateGroup", {"name": "GroupName"}),),
    "aws:cognito/userPool:UserPool": (
        Call(
            "cognito-idp:CreateUserPool",
            {"name": "PoolName", "passwordPolicy": "Policies.PasswordPolicy", "tags": "UserPoolTags"},
        ),
        Call(
            "cognito-idp:SetUserPoolMfaConfig",
            own={"UserPoolId": "id", "MfaConfiguration": "mfaConfiguration"},
            takes=("softwareTokenMfaConfiguration",),
        ),
    ),
    "aws:cognito/userPoolClient:UserPoolClient": (Call("cognito-idp:CreateUserPoolClient", {"name": "ClientName"}),),
    "aws:cognito/userPoolDomain:UserPoolDomain": (Call("cognito-idp:CreateUserPoolDomain"),),
    "aws:guardduty/detector:Detector": (Call("guardduty:CreateDetector"),),
    "aws:guardduty/detectorFeature:DetectorFeature": (
        Call(
            "guardduty:UpdateDetector",
            {
                "name": "Features[].Name",
                "status": "Features[].Status",
                "additionalConfigurations": "Features[].AdditionalConfiguration",
            },
        ),
    ),
    "aws:iam/instanceProfile:InstanceProfile": (
        Call("iam:CreateInstanceProfile", own={"InstanceProfileName": "name"}),
        Call(
            "iam:AddRoleToInstanceProfile", {"role": "RoleName"}, own={"InstanceProfileName": "name"}, takes=("role",)
        ),
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        Call("iam:CreateOpenIDConnectProvider", {"clientIdLists": "ClientIDList"}),
    ),
    "aws:iam/policy:Policy": (Call("iam:CreatePolicy", {"policy": "PolicyDocument"}, own={"PolicyName": "name"}),),
    "aws:iam/role:Role": (
        Call("iam:CreateRole", {"assumeRolePolicy": "AssumeRolePolicyDocument"}, own={"RoleName": "name"}),
    ),
    "aws:iam/rolePolicy:RolePolicy": (
        Call("iam:PutRolePolicy", {"policy": "PolicyDocument", "role": "RoleName"}, own={"PolicyName": "name"}),
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (Call("iam:AttachRolePolicy", {"role": "RoleName"}),),
    "aws:kms/alias:Alias": (Call("kms:CreateAlias", {"name": "AliasName"}),),
    "aws:kms/key:Key": (
        Call("kms:CreateKey"),
        Call(
            "kms:EnableKeyRotation",
            own={"KeyId": "id"},
            takes=("enableKeyRotation",),
            shaped=lambda inputs: {key: value for key, value in inputs.items() if key != "enableKeyRotation"},
        ),
    ),
    "aws:secretsmanager/secret:Secret": (Call("secretsmanager:CreateSecret", own={"Name": "name"}),),
    "aws:secretsmanager/secretVersion:SecretVersion": (Call("secretsmanager:PutSecretValue"),),
    "aws:ssm/document:Document": (Call("ssm:CreateDocument"),),
    "aws:ssm/parameter:Parameter": (Call("ssm:PutParameter", own={"Name": "name"}),),
    "aws:ssoadmin/accountAssignment:AccountAssignment": (Call("sso-admin:CreateAccountAssignment"),),
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": (
        Call("sso-admin:AttachManagedPolicyToPermissionSet"),
    ),
    "aws:ssoadmin/permissionSet:PermissionSet": (Call("sso-admin:CreatePermissionSet"),),
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": (
        Call("sso-admin:PutInlinePolicyToPermissionSet"),
    ),
}
