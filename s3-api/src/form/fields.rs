//! The fields of a form. Their names are the same in any case.

use crate::error::S3Error;

#[derive(Debug, Default)]
pub(crate) struct Fields {
    /// Names in lower case, in the order they came.
    list: Vec<(String, Vec<u8>)>,
    file_name: String,
}

impl Fields {
    /// What the policy looks at must be all there is: the first field of a name counts, and
    /// metadata is joined by commas as in headers.
    pub(crate) fn push(&mut self, name: &str, value: Vec<u8>) {
        let name = name.to_ascii_lowercase();
        let known = self.list.iter_mut().find(|(known, _)| *known == name);
        match known {
            None => self.list.push((name, value)),
            Some((_, first)) if name.starts_with("x-amz-meta-") => {
                first.push(b',');
                first.extend_from_slice(&value);
            }
            Some(_) => {}
        }
    }

    /// Some browsers send the whole path; the name is what stands behind it.
    pub(crate) fn set_file_name(&mut self, name: Option<&str>) {
        let name = name.unwrap_or_default();
        name.rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .clone_into(&mut self.file_name);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let list = self.list.iter();
        list.map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// The first value of that name, given in lower case.
    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        let mut all = self.iter();
        all.find_map(|(known, value)| (known == name).then_some(value))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value of a field that must be there and be text. `shown` is its name as documents
    /// spell it.
    pub(crate) fn required(&self, shown: &'static str) -> Result<&str, S3Error> {
        let value = self.get(&shown.to_ascii_lowercase());
        let text = value.and_then(|value| std::str::from_utf8(value).ok());
        text.filter(|text| !text.is_empty()).ok_or_else(|| {
            S3Error::invalid_argument(shown, String::new()).message(format!(
                "Bucket POST must contain a field named '{shown}'.  If it is specified, please \
                 check the order of the fields."
            ))
        })
    }

    /// The key of the object: `${filename}` in it stands for the name of the file.
    pub(crate) fn key(&self) -> Result<String, S3Error> {
        let key = self.required("key")?;
        Ok(key.replace("${filename}", &self.file_name))
    }
}

#[cfg(test)]
mod tests;
