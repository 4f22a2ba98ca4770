//! Sessions: temporary credentials, and who one is.

use super::answer::{Outcome, date, inside};
use super::call::Call;
use super::refused::Refused;
use crate::xml::writer::Writer;
use identity::sts::{AssumeRole, AssumedRole, FederationRequest, Issued, WebIdentityRequest};

pub(super) async fn assume_role(call: &Call<'_>) -> Outcome {
    refuse_devices(call)?;
    let parameters = call.parameters;
    let request = AssumeRole {
        role_arn: call.required("RoleArn")?,
        session_name: call.required("RoleSessionName")?,
        seconds: parameters.number("DurationSeconds")?,
        policy: call.text("Policy"),
        policy_arns: parameters.list_of("PolicyArns", "arn")?,
        tags: parameters.tags()?,
        transitive_tag_keys: parameters.list("TransitiveTagKeys")?,
        external_id: call.text("ExternalId"),
        source_identity: call.text("SourceIdentity"),
    };
    let assumed = call
        .identity
        .assume_role(call.caller, &request, &call.context())?;
    inside(|xml| {
        source_identity(xml, &assumed);
        session(xml, &assumed);
        packed(xml, assumed.packed_percent);
    })
}

pub(super) async fn assume_role_with_web_identity(call: &Call<'_>) -> Outcome {
    let parameters = call.parameters;
    // Providers of an older protocol, which sent tokens of their own.
    if let Some(id) = call.text("ProviderId") {
        let constraint = "Member must not be given with an OpenID Connect token";
        return Err(Refused::invalid("ProviderId", Some(id), constraint));
    }
    let request = WebIdentityRequest {
        role_arn: call.required("RoleArn")?,
        session_name: call.required("RoleSessionName")?,
        token: call.required("WebIdentityToken")?,
        seconds: parameters.number("DurationSeconds")?,
        policy: call.text("Policy"),
        policy_arns: parameters.list_of("PolicyArns", "arn")?,
    };
    let context = call.context();
    let assumed = call
        .identity
        .assume_role_with_web_identity(call.web_keys, &request, &context)
        .await?;
    inside(|xml| {
        xml.text("SubjectFromWebIdentityToken", &assumed.subject);
        xml.text("Audience", &assumed.audience);
        session(xml, &assumed.role);
        packed(xml, assumed.role.packed_percent);
        source_identity(xml, &assumed.role);
        xml.text("Provider", &assumed.provider);
    })
}

pub(super) async fn get_federation_token(call: &Call<'_>) -> Outcome {
    let parameters = call.parameters;
    let request = FederationRequest {
        name: call.required("Name")?,
        seconds: parameters.number("DurationSeconds")?,
        policy: call.text("Policy"),
        policy_arns: parameters.list_of("PolicyArns", "arn")?,
        tags: parameters.tags()?,
    };
    let federated = call
        .identity
        .get_federation_token(call.caller, &request, &call.context())?;
    inside(|xml| {
        credentials(xml, &federated.credentials);
        xml.element("FederatedUser", |xml| {
            xml.text("FederatedUserId", &federated.id);
            xml.text("Arn", &federated.arn);
        });
        packed(xml, federated.packed_percent);
    })
}

pub(super) async fn get_session_token(call: &Call<'_>) -> Outcome {
    refuse_devices(call)?;
    let seconds = call.parameters.number("DurationSeconds")?;
    let issued = call.identity.get_session_token(call.caller, seconds)?;
    inside(|xml| credentials(xml, &issued))
}

pub(super) async fn get_caller_identity(call: &Call<'_>) -> Outcome {
    let who = call.identity.get_caller_identity(call.caller)?;
    inside(|xml| {
        xml.text("Arn", &who.arn);
        xml.text("UserId", &who.user_id);
        xml.text("Account", &who.account);
    })
}

/// Nobody has a device here, so that no code of one can be right.
fn refuse_devices(call: &Call<'_>) -> Result<(), Refused> {
    let given = call.text("SerialNumber").or(call.text("TokenCode"));
    match given {
        None => Ok(()),
        Some(_) => Err(Refused::access_denied(
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your \
             MFA serial number is valid and associated with this user.",
        )),
    }
}

fn session(xml: &mut Writer, assumed: &AssumedRole) {
    xml.element("AssumedRoleUser", |xml| {
        xml.text("Arn", &assumed.arn);
        xml.text("AssumedRoleId", &assumed.id);
    });
    credentials(xml, &assumed.credentials);
}

fn credentials(xml: &mut Writer, issued: &Issued) {
    xml.element("Credentials", |xml| {
        xml.text("AccessKeyId", &issued.access_key);
        xml.text("SecretAccessKey", issued.secret.expose());
        xml.text("SessionToken", &issued.token);
        date(xml, "Expiration", issued.expires);
    });
}

fn packed(xml: &mut Writer, percent: u8) {
    xml.number("PackedPolicySize", u64::from(percent));
}

fn source_identity(xml: &mut Writer, assumed: &AssumedRole) {
    if let Some(identity) = &assumed.source_identity {
        xml.text("SourceIdentity", identity);
    }
}
