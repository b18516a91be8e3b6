#include "desk/audit/export_manifest.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/virtual_path.hpp"
#include "desk/site/rfc3339.hpp"

namespace consign::desk {

namespace {

namespace json = boost::json;

json::object scope_of(const ExportManifest& manifest) {
    const ledger::ExcerptScope& scope = manifest.scope;
    json::object told;
    if (scope.account) told.emplace("account", display_name(*scope.account));
    if (scope.from) told.emplace("from", rfc3339(*scope.from));
    if (scope.until) told.emplace("until", rfc3339(*scope.until));
    if (scope.stream) told.emplace("file", scope.stream->hex());
    if (scope.person) told.emplace("subject", true);
    if (!manifest.fields.empty())
        told.emplace("fields", json::array(manifest.fields.begin(), manifest.fields.end()));
    return told;
}

}  // namespace

std::string manifest_text(const ExportManifest& manifest) {
    // One member a line: people read it, too.
    std::string text;
    const auto line = [&text](std::string_view name, const auto& value) {
        text += fmt::format("{}\"{}\": {}", text.empty() ? "{\n" : ",\n", name,
                            json::serialize(json::value(value)));
    };
    line("format", "consign export v1");
    line("site", display_name(manifest.site));
    line("chain", manifest.chain ? json::value(manifest.chain->hex()) : json::value());
    line("first", manifest.first);
    line("last", manifest.last);
    line("previous", to_hex(manifest.previous));
    line("head", to_hex(manifest.head));
    line("rows", manifest.rows);
    line("shown", manifest.shown);
    line("time", rfc3339(manifest.time));
    line("asked_by", display_name(manifest.asked_by));
    line("witness", manifest.witness);
    line("checkpoint", manifest.checkpoint);
    line("scope", scope_of(manifest));
    json::object files;
    for (const auto& [name, file] : manifest.files)
        files.emplace(name, json::object{{"bytes", file.bytes}, {"sha256", to_hex(file.sha256)}});
    line("files", files);
    return text + "\n}\n";
}

}  // namespace consign::desk
