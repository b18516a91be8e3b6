#include "desk/audit/export_lines.hpp"

#include <boost/json.hpp>

#include "base/evp.hpp"
#include "base/virtual_path.hpp"

namespace consign::desk {

namespace {

namespace json = boost::json;

json::object opening(const ledger::OpenedField& field) {
    json::object opened{{"name", field.name}, {"salt", to_hex(field.salt)}};
    // As text where it is one without control bytes; else JSON could not hold its exact bytes.
    if (display_name(field.value) == field.value)
        opened.emplace("field", field.value);
    else
        opened.emplace("field_hex", to_hex(as_bytes(field.value)));
    return opened;
}

}  // namespace

void ExportLines::add(const ledger::ExcerptRow& row) {
    ++rows_;
    if (row.in_scope)
        show(row);
    else
        stand_in(row);
    sequence_ = row.sequence;
    hash_ = row.hash;
}

void ExportLines::show(const ledger::ExcerptRow& row) {
    end_run();
    ++shown_;
    json::object line{{"row", to_hex(row.bytes)}, {"hash", to_hex(row.hash)}};
    if (!row.is_canonical) line.emplace("malformed", true);
    if (row.openings == ledger::Openings::forgotten) line.emplace("forgotten", true);
    if (row.openings == ledger::Openings::altered) line.emplace("altered", true);
    json::array opened;
    for (const ledger::OpenedField& field : row.fields)
        if (fields_.empty() || fields_.contains(field.name)) opened.push_back(opening(field));
    if (!opened.empty()) line.emplace("open", std::move(opened));
    lines_ += json::serialize(line) + "\n";
}

void ExportLines::stand_in(const ledger::ExcerptRow& row) {
    const Digest32 digest = evp::sha256({row.bytes});
    // Number and hash follow from those before, wherever the chain holds.
    if (row.is_canonical && row.sequence == sequence_ + 1 &&
        row.hash == evp::sha256({hash_, digest})) {
        run_.insert(run_.end(), digest.begin(), digest.end());
        if (run_.size() == run_limit * digest.size()) end_run();
        return;
    }
    end_run();
    json::object line{
        {"standin", to_hex(digest)}, {"sequence", row.sequence}, {"hash", to_hex(row.hash)}};
    if (!row.is_canonical) line.emplace("malformed", true);
    lines_ += json::serialize(line) + "\n";
}

void ExportLines::end_run() {
    if (run_.empty()) return;
    lines_ += json::serialize(json::object{{"standins", evp::base64(run_)}}) + "\n";
    run_.clear();
}

}  // namespace consign::desk
