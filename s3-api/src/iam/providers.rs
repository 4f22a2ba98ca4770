//! Providers of web identities.

use super::answer::{Outcome, date, inside, list as members, names, nothing, tags};
use super::call::Call;
use identity::iam::NewProvider;

const ARN: &str = "OpenIDConnectProviderArn";

pub(super) async fn create(call: &Call<'_>) -> Outcome {
    let new = NewProvider {
        url: call.required("Url")?,
        clients: call.parameters.list("ClientIDList")?,
        thumbprints: call.parameters.list("ThumbprintList")?,
        tags: call.parameters.tags()?,
    };
    let provider = call.iam().create_provider(new).await?;
    inside(|xml| {
        xml.text(ARN, &provider.arn());
        tags(xml, &provider.tags);
    })
}

pub(super) async fn get(call: &Call<'_>) -> Outcome {
    let provider = call.iam().get_provider(call.required(ARN)?)?;
    inside(|xml| {
        xml.text("Url", &provider.url);
        names(xml, "ClientIDList", &provider.clients);
        names(xml, "ThumbprintList", &provider.thumbprints);
        date(xml, "CreateDate", provider.created);
        tags(xml, &provider.tags);
    })
}

pub(super) async fn list(call: &Call<'_>) -> Outcome {
    let providers = call.iam().list_providers();
    inside(|xml| {
        members(
            xml,
            "OpenIDConnectProviderList",
            &providers,
            |xml, provider| xml.text("Arn", &provider.arn()),
        );
    })
}

pub(super) async fn delete(call: &Call<'_>) -> Outcome {
    call.iam().delete_provider(call.required(ARN)?).await?;
    nothing()
}

pub(super) async fn add_client(call: &Call<'_>) -> Outcome {
    let client = call.required("ClientID")?;
    let arn = call.required(ARN)?;
    call.iam().add_client_id(arn, client).await?;
    nothing()
}

pub(super) async fn remove_client(call: &Call<'_>) -> Outcome {
    let client = call.required("ClientID")?;
    let arn = call.required(ARN)?;
    call.iam().remove_client_id(arn, client).await?;
    nothing()
}

pub(super) async fn update_thumbprints(call: &Call<'_>) -> Outcome {
    let thumbprints = call.parameters.list("ThumbprintList")?;
    let arn = call.required(ARN)?;
    call.iam().set_thumbprints(arn, thumbprints).await?;
    nothing()
}
