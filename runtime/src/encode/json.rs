//! Properties of a JSON body.

use serde::Serialize;

use crate::error::Error;

pub(super) fn begin_property(json: &mut Vec<u8>, is_first: bool, name: &str) -> Result<(), Error> {
    if !is_first {
        json.push(b',');
    }
    write_json(json, name)?;
    json.push(b':');
    Ok(())
}

pub(super) fn write_property<T: Serialize + ?Sized>(
    json: &mut Vec<u8>,
    is_first: bool,
    name: &str,
    value: &T,
) -> Result<(), Error> {
    begin_property(json, is_first, name)?;
    write_json(json, value)
}

fn write_json<T: Serialize + ?Sized>(json: &mut Vec<u8>, value: &T) -> Result<(), Error> {
    serde_json::to_writer(json, value)
        .map_err(|error| Error::invalid_request("the body cannot be written").with_source(error))
}
