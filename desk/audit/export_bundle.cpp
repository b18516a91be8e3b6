#include "desk/audit/export_bundle.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <limits>

#include "base/ssh_signature.hpp"
#include "base/virtual_path.hpp"
#include "desk/audit/bundle_pages.hpp"
#include "desk/audit/checkpoint.hpp"

namespace consign::desk {

namespace json = boost::json;
using ledger::Ledger;

namespace {

constexpr std::string_view rows_file = "rows.jsonl";
constexpr std::string_view checkpoints_file = "checkpoints.jsonl";
constexpr std::string_view timestamps_file = "timestamps.jsonl";

/// As it stands, also where somebody wrote there what is no text.
json::value as_text_value(const std::string& text) {
    const bool is_ours = std::ranges::all_of(
        text, [](char letter) { return letter == '\n' || (letter >= ' ' && letter <= '~'); });
    return json::value(is_ours ? text : display_name(text));
}

std::string line_of(const Ledger::Checkpoint& checkpoint) {
    return json::serialize(json::object{{"sequence", checkpoint.sequence},
                                        {"checkpoint", as_text_value(checkpoint.text)},
                                        {"signature", as_text_value(checkpoint.signature)}}) +
           "\n";
}

}  // namespace

ExportBundle::ExportBundle(ExportRequest request, const Ed25519Key& witness)
    : request_(std::move(request)), witness_(witness) {
    manifest_.site = request_.site;
    manifest_.time = request_.time;
    manifest_.asked_by = request_.asked_by;
    manifest_.witness = ssh_fingerprint(witness_.public_key());
    manifest_.checkpoint = request_.checkpoint;
    manifest_.scope = request_.scope;
    manifest_.fields = request_.fields;
}

Result<std::optional<ledger::Marker>> ExportBundle::beginning(Ledger& ledger,
                                                              std::int64_t first_in_scope) {
    std::optional<Ledger::Checkpoint> before;
    for (std::int64_t last = 0;;) {
        auto page = ledger.checkpoints(last, page_checkpoints);
        if (!page) return failure(page.error());
        for (Ledger::Checkpoint& checkpoint : *page) {
            last = checkpoint.sequence;
            if (last < first_in_scope) before = std::move(checkpoint);
        }
        if (page->empty() || last >= first_in_scope) break;
    }
    if (!before) return std::nullopt;
    // One that is not good, or does not stand in the chain, is no place to begin at.
    const auto good = verified_checkpoint(before->text, before->signature);
    if (!good || good->signer != witness_.public_key() ||
        good->checkpoint.sequence != before->sequence)
        return std::nullopt;
    const auto stands = ledger.hash_of(before->sequence);
    if (!stands) return failure(stands.error());
    if (*stands != good->checkpoint.hash) return std::nullopt;
    return ledger::Marker{before->sequence, good->checkpoint.hash};
}

Result<> ExportBundle::begin(Ledger& ledger, ledger::Excerpt& excerpt) {
    const auto head = ledger.head();
    if (!head) return failure(head.error());
    const auto start = ledger.hash_of(0);
    if (!start) return failure(start.error());
    const auto end = excerpt.end();
    if (!end) return failure(end.error());
    const auto last_checkpoint = ledger.last_checkpoint();
    if (!last_checkpoint) return failure(last_checkpoint.error());

    if (*head) manifest_.chain = (*head)->chain;
    manifest_.previous = start->value_or(Digest32{});
    // Also rows that somebody put before the first.
    row_ = std::numeric_limits<std::int64_t>::min();
    if (request_.scope.from && !request_.whole_chain) {
        const auto since = excerpt.first_since(request_.scope.from);
        if (!since) return failure(since.error());
        const auto from =
            beginning(ledger, since->value_or(std::numeric_limits<std::int64_t>::max()));
        if (!from) return failure(from.error());
        if (*from) {
            manifest_.first = row_ = (*from)->sequence + 1;
            manifest_.previous = (*from)->hash;
            checkpoint_ = stamped_ = (*from)->sequence - 1;
        }
    }
    manifest_.last = *end ? (*end)->sequence : manifest_.first - 1;
    manifest_.head = *end ? (*end)->hash : manifest_.previous;
    last_checkpoint_ = *last_checkpoint ? (*last_checkpoint)->sequence : 0;
    lines_.emplace(manifest_.first - 1, manifest_.previous, request_.fields);
    return {};
}

BundlePiece ExportBundle::piece(std::string_view file, std::string text) {
    const std::string name(file);
    manifest_.files[name].bytes += text.size();
    digests_[name].update(as_bytes(text));
    return {file, std::move(text)};
}

BundlePiece ExportBundle::key_piece() {
    const auto pages = bundle_pages();
    const std::size_t now = page_++;
    if (now < pages.size()) return piece(pages[now].file, std::string(pages[now].text));
    const std::string key = ssh_public_key(witness_.public_key()) + "\n";
    if (now == pages.size()) return piece("witness.pub", key);
    part_ = Part::checkpoints;
    return piece("allowed_signers", "witness " + key);
}

Result<std::string> ExportBundle::checkpoint_lines(Ledger& ledger) {
    const auto page = ledger.checkpoints(checkpoint_, page_checkpoints);
    if (!page) return failure(page.error());
    std::string lines;
    for (const Ledger::Checkpoint& checkpoint : *page) {
        if (checkpoint.sequence > last_checkpoint_) break;
        lines += line_of(checkpoint);
        checkpoint_ = checkpoint.sequence;
    }
    return lines;
}

Result<std::string> ExportBundle::timestamp_lines(ledger::Timestamps& timestamps) {
    const auto page = timestamps.after(stamped_, page_checkpoints);
    if (!page) return failure(page.error());
    std::string lines;
    for (const ledger::Stamped& stamped : *page) {
        if (stamped.checkpoint.sequence > last_checkpoint_) break;
        lines += json::serialize(json::object{{"checkpoint", stamped.checkpoint.sequence},
                                              {"token", evp::base64(stamped.answer)}}) +
                 "\n";
        stamped_ = stamped.checkpoint.sequence;
    }
    return lines;
}

Result<bool> ExportBundle::go_on(ledger::Excerpt& excerpt) {
    const auto forgets = excerpt.forgets_after(manifest_.last);
    if (!forgets || !*forgets) return forgets;
    const auto end = excerpt.end();
    if (!end) return failure(end.error());
    if (!*end) return false;
    row_ = manifest_.last + 1;
    manifest_.last = (*end)->sequence;
    manifest_.head = (*end)->hash;
    return true;
}

Result<std::string> ExportBundle::row_lines(ledger::Excerpt& excerpt) {
    if (rows_ended_) return std::string();
    if (at_last_) {
        const auto longer = go_on(excerpt);
        if (!longer) return failure(longer.error());
        if (!*longer) {
            rows_ended_ = true;
            lines_->finish();
            manifest_.rows = lines_->rows();
            manifest_.shown = lines_->shown();
            return lines_->take();
        }
        at_last_ = false;
    }
    const auto rows = excerpt.rows(manifest_.chain.value_or(Id{}), request_.scope, row_,
                                   manifest_.last, page_bytes);
    if (!rows) return failure(rows.error());
    for (const ledger::ExcerptRow& row : *rows) lines_->add(row);
    at_last_ = rows->empty() || rows->back().sequence == manifest_.last;
    if (!at_last_) row_ = rows->back().sequence + 1;
    return lines_->take();
}

Result<std::optional<BundlePiece>> ExportBundle::next(Ledger& ledger,
                                                      ledger::Timestamps& timestamps,
                                                      ledger::Excerpt& excerpt) {
    const auto rest_of = [&](std::string_view file, Part behind,
                             Result<std::string> lines) -> Result<std::optional<BundlePiece>> {
        if (!lines) return failure(lines.error());
        const bool ended = lines->empty() && (file != rows_file || rows_ended_);
        if (ended) part_ = behind;
        return piece(file, *std::move(lines));
    };
    switch (part_) {
        case Part::begin:
            if (const auto begun = begin(ledger, excerpt); !begun) return failure(begun.error());
            part_ = Part::keys;
            return key_piece();
        case Part::keys:
            return key_piece();
        case Part::checkpoints:
            return rest_of(checkpoints_file, Part::timestamps, checkpoint_lines(ledger));
        case Part::timestamps:
            return rest_of(timestamps_file, Part::rows, timestamp_lines(timestamps));
        case Part::rows:
            return rest_of(rows_file, Part::manifest, row_lines(excerpt));
        case Part::manifest:
            for (auto& [name, digest] : digests_)
                std::ranges::copy(digest.finish(), manifest_.files[name].sha256.begin());
            signed_ = manifest_text(manifest_);
            part_ = Part::signature;
            return BundlePiece{"manifest.json", signed_};
        case Part::signature:
            part_ = Part::end;
            return BundlePiece{"manifest.json.sig",
                               ssh_sign(witness_, export_purpose, as_bytes(signed_))};
        case Part::end:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace consign::desk
