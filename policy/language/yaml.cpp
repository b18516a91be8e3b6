#include "policy/language/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "policy/language/spelling.hpp"
#include "policy/language/utf8.hpp"

namespace consign::policy::yaml {

namespace {

/// The problem is told; there is nothing to go on with. Never leaves this file.
struct Abandon {};

/// Bytes of the scalar that `text` begins with, quotes and all; of a block, its first. Nothing
/// where a quote is never closed: yaml-cpp takes the end of the file for it, and with it everything
/// that was to come.
std::optional<std::size_t> quoted_length(std::string_view text) {
    const char quote = text.empty() ? ' ' : text.front();
    if (quote == '\'') {
        // A doubled quote stands for one.
        for (std::size_t at = text.find(quote, 1); at < text.size(); at = text.find(quote, at)) {
            if (at + 1 == text.size() || text[at + 1] != quote) return at + 1;
            at += 2;
        }
        return std::nullopt;
    }
    if (quote != '"') return 1;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == quote) return at + 1;
        if (text[at] == '\\') ++at;
    }
    return std::nullopt;
}

/// From yaml-cpp's marks (lines and bytes, from 0) and offsets to places.
class Places {
  public:
    explicit Places(std::string_view text) : text_(text) {
        line_starts_.push_back(0);
        for (std::size_t at = 0; at < text.size(); ++at)
            if (text[at] == '\n') line_starts_.push_back(at + 1);
    }

    [[nodiscard]] Place at(const YAML::Mark& mark) {
        if (mark.is_null() || mark.line < 0 || mark.column < 0) return {};
        const auto line = static_cast<std::size_t>(mark.line);
        if (line >= line_starts_.size()) return {mark.line + 1, 1};
        return in_line(line, static_cast<std::size_t>(mark.column));
    }

    [[nodiscard]] Place at_offset(std::size_t offset) {
        const auto next = std::ranges::upper_bound(line_starts_, offset);
        const auto line = static_cast<std::size_t>(next - line_starts_.begin()) - 1;
        return in_line(line, offset - line_starts_[line]);
    }

    /// The marked line, or the one before it, begins with white space that has a tab in it.
    [[nodiscard]] bool is_indented_with_tab(const YAML::Mark& mark) const {
        if (mark.is_null() || mark.line < 0) return false;
        const auto line = std::min(static_cast<std::size_t>(mark.line), line_starts_.size() - 1);
        for (const std::size_t start :
             {line_starts_[line], line_starts_[line - std::min<std::size_t>(line, 1)]}) {
            const std::string_view rest = text_.substr(start);
            if (rest.substr(0, rest.find_first_not_of(" \t")).contains('\t')) return true;
        }
        return false;
    }

    /// The text from a scalar's own first character on: yaml-cpp marks the anchor before it, where
    /// there is one.
    [[nodiscard]] std::string_view scalar_at(const YAML::Mark& mark) const {
        constexpr std::string_view white_space = " \t\r\n";
        std::size_t at = offset_of(mark);
        if (at < text_.size() && text_[at] == '&') {
            at = text_.find_first_not_of(white_space, text_.find_first_of(white_space, at));
            while (at < text_.size() && text_[at] == '#')
                at = text_.find_first_not_of(white_space, text_.find('\n', at));
        }
        return text_.substr(std::min(at, text_.size()));
    }

    /// Of a scalar, with the anchor before it: up to its end, or its line's.
    [[nodiscard]] Place of_scalar(const YAML::Mark& mark, std::string_view value, bool is_quoted) {
        Place place = at(mark);
        const std::string_view from = text_.substr(offset_of(mark));
        const std::string_view own = scalar_at(mark);
        const std::size_t length = is_quoted                ? quoted_length(own).value_or(1)
                                   : own.starts_with(value) ? value.size()
                                                            : 0;
        std::string_view marked = from.substr(0, from.size() - own.size() + length);
        marked = marked.substr(0, marked.find_first_of("\r\n"));
        place.length = 0;
        for (; !marked.empty(); marked.remove_prefix(character_length(marked))) ++place.length;
        place.length = std::max(place.length, 1);
        return place;
    }

    /// Where what stood before the mark has ended: the mark's own place, or its line's start where
    /// nothing stands before it there.
    [[nodiscard]] Place end_before(const YAML::Mark& mark) {
        Place place = at(mark);
        if (place.line == 0) return place;
        std::size_t before = offset_of(mark);
        while (before > 0 && (text_[before - 1] == ' ' || text_[before - 1] == '\t')) --before;
        if (before == 0 || text_[before - 1] == '\n') place.column = 1;
        return place;
    }

  private:
    [[nodiscard]] std::size_t offset_of(const YAML::Mark& mark) const {
        const std::size_t offset = line_starts_[static_cast<std::size_t>(mark.line)] +
                                   static_cast<std::size_t>(mark.column);
        return std::min(offset, text_.size());
    }

    /// Marks come mostly in order: counting goes on from the last one, or a long line would be
    /// counted from its start for every value in it.
    [[nodiscard]] Place in_line(std::size_t line, std::size_t bytes) {
        if (line != last_line_ || bytes < last_bytes_) {
            last_line_ = line;
            last_bytes_ = 0;
            last_column_ = 1;
        }
        std::string_view rest = text_.substr(line_starts_[line]);
        rest.remove_prefix(std::min(last_bytes_, rest.size()));
        for (; last_bytes_ < bytes && !rest.empty(); ++last_column_) {
            const std::size_t length = character_length(rest);
            last_bytes_ += length;
            rest.remove_prefix(length);
        }
        return {static_cast<int>(line) + 1, last_column_};
    }

    std::string_view text_;
    std::vector<std::size_t> line_starts_;
    std::size_t last_line_ = 0;
    std::size_t last_bytes_ = 0;
    int last_column_ = 1;
};

/// yaml-cpp gives a node without a tag "?", or nothing.
bool is_written_tag(const std::string& tag) {
    return !tag.empty() && tag != "?";
}

}  // namespace

const Node* Node::value_of(std::string_view key) const {
    const auto found = std::ranges::find(entries, key, &Entry::key);
    return found == entries.end() ? nullptr : found->value;
}

/// Builds the tree from the parser's events.
class Builder final : public YAML::EventHandler {
  public:
    Builder(Places& places, const std::string& file, Problems& problems)
        : places_(places), file_(file), problems_(problems) {}

    [[nodiscard]] Document take() {
        if (document_.root_ == nullptr) {
            document_.root_ = &document_.nodes_.emplace_back(Node{.place = {1, 1}});
        }
        for (const Node* secret : secrets_)
            if (secret->kind != Node::Kind::null)
                problems_.withhold(file_, secret->place, secret->end);
        return std::move(document_);
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (document_.root_ != nullptr)
            abandon(places_.at(mark), "a second document: a policy file holds one");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node& node = make(Node::Kind::null, mark, anchor);
        if (awaits_key()) abandon(node.place, "a key is missing");
        if (!open_.empty() && open_.back().key) node.place = open_.back().key->place;
        place(node);
        finish(node, 1);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        // Every scalar that is not plain has "!", written or not.
        const bool is_quoted = tag == "!";
        const std::string_view written = is_quoted ? places_.scalar_at(mark) : std::string_view();
        if (is_quoted ? written.starts_with('!') : is_written_tag(tag)) refuse_tag(mark, tag);
        if (is_quoted && !quoted_length(written))
            abandon(places_.at(mark), "a quote that is never closed");
        const Place at = places_.of_scalar(mark, value, is_quoted);
        if (awaits_key()) {
            end_finished(mark);
            count(1, at);
            open_.back().key = Entry{value, at, nullptr};
            return;
        }
        Node& node = make(Node::Kind::scalar, mark, anchor);
        node.place = at;
        node.quoted = is_quoted;
        node.text = value;
        place(node);
        finish(node, 1);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        end_finished(mark);
        const Place at = places_.at(mark);
        if (awaits_key()) abandon(at, "an alias cannot be a key");
        const auto known = anchors_.find(anchor);
        if (known == anchors_.end())
            abandon(at, "an alias inside the very node that it stands for");
        count(known->second.expanded, at);
        place(*known->second.node);
        if (!open_.empty()) open_.back().expanded += known->second.expanded;
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        begin(Node::Kind::sequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { end(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        begin(Node::Kind::mapping, mark, tag, anchor);
    }
    void OnMapEnd() override { end(); }

  private:
    struct Open {
        Node* node;
        YAML::anchor_t anchor;
        std::size_t expanded;                              // nodes in it, after aliases
        std::optional<Entry> key{};                        // of a mapping: waits for its value
        std::map<std::string, Place, std::less<>> keys{};  // of a mapping: so far
    };
    struct Anchored {
        const Node* node;
        std::size_t expanded;
    };

    [[noreturn]] void abandon(Place at, std::string message) {
        problems_.error(file_, at, std::move(message));
        throw Abandon{};
    }

    void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
        problems_.error(file_, places_.at(mark),
                        fmt::format("the tag {}: the policy language has no tags", cited(tag)));
    }

    [[nodiscard]] bool awaits_key() const {
        return !open_.empty() && open_.back().node->kind == Node::Kind::mapping &&
               !open_.back().key;
    }

    void count(std::size_t nodes, Place at) {
        expanded_ += nodes;
        if (expanded_ > node_limit)
            abandon(at, fmt::format("more than {} values in one file, aliases counted as all that "
                                    "they stand for",
                                    node_limit));
    }

    /// What was finished before the mark ends there.
    void end_finished(const YAML::Mark& mark) {
        const Place end = places_.end_before(mark);
        if (end.line == 0) return;
        for (Node* node : finished_) node->end = end;
        finished_.clear();
    }

    Node& make(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        end_finished(mark);
        const Place at = places_.at(mark);
        count(1, at);
        Node& node = document_.nodes_.emplace_back(Node{.kind = kind, .place = at});
        current_anchor_ = anchor;
        return node;
    }

    /// Puts a node where the parser stands: as the root, an item, or the value of the waiting key.
    void place(const Node& node) {
        if (open_.empty()) {
            document_.root_ = &node;
            return;
        }
        Open& open = open_.back();
        if (open.node->kind == Node::Kind::sequence) {
            open.node->items.push_back(&node);
            return;
        }
        Entry entry = std::move(*open.key);
        open.key.reset();
        if (std::ranges::count(secret_keys, entry.key) > 0) secrets_.push_back(&node);
        const auto [first, is_new] = open.keys.try_emplace(entry.key, entry.place);
        if (is_new) {
            entry.value = &node;
            open.node->entries.push_back(std::move(entry));
        } else {
            problems_.error(file_, entry.place,
                            fmt::format("{} stands here twice: first at line {}", cited(entry.key),
                                        first->second.line));
        }
    }

    void finish(Node& node, std::size_t expanded) {
        finished_.push_back(&node);
        if (current_anchor_ != 0) anchors_[current_anchor_] = {&node, expanded};
        if (!open_.empty()) open_.back().expanded += expanded;
    }

    void begin(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
               YAML::anchor_t anchor) {
        if (is_written_tag(tag)) refuse_tag(mark, tag);
        Node& node = make(kind, mark, anchor);
        if (awaits_key()) abandon(node.place, "a key is a name, not a list or a mapping");
        if (open_.size() == depth_limit)
            abandon(node.place, fmt::format("nested more than {} deep", depth_limit));
        place(node);
        open_.push_back({.node = &node, .anchor = anchor, .expanded = 1});
    }

    void end() {
        const Open open = std::move(open_.back());
        open_.pop_back();
        current_anchor_ = open.anchor;
        finish(*open.node, open.expanded);
    }

    Places& places_;
    const std::string& file_;
    Problems& problems_;
    Document document_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Anchored> anchors_;  // of finished nodes
    std::vector<Node*> finished_;                 // since the last mark
    std::vector<const Node*> secrets_;            // values of secret keys
    YAML::anchor_t current_anchor_ = 0;
    std::size_t expanded_ = 0;
};

namespace {

/// What yaml-cpp would pass on, or mangle, is refused before it sees it.
bool is_clean_text(std::string_view text, const std::string& file, Places& places,
                   Problems& problems) {
    if (const std::size_t at = find_malformed_utf8(text); at != std::string_view::npos) {
        problems.error(file, places.at_offset(at), "not UTF-8");
        return false;
    }
    const auto is_forbidden = [](char byte) {
        const auto value = static_cast<unsigned char>(byte);
        return (value < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || value == 0x7f;
    };
    if (const auto found = std::ranges::find_if(text, is_forbidden); found != text.end()) {
        const auto at = static_cast<std::size_t>(found - text.begin());
        problems.error(file, places.at_offset(at), "a control character");
        return false;
    }
    return true;
}

/// yaml-cpp's words, and what is mostly meant by them.
std::string words_of(const YAML::Exception& wrong, const Places& places) {
    if (places.is_indented_with_tab(wrong.mark))
        return fmt::format(
            "not YAML: {}; a line is indented with a tab, where YAML takes spaces alone",
            wrong.msg);
    if (wrong.msg == "illegal map value")
        return fmt::format(
            "not YAML: {}; a text with \": \" in it needs quotes, and the keys of one "
            "mapping begin in one column",
            wrong.msg);
    return fmt::format("not YAML: {}", wrong.msg);
}

}  // namespace

std::optional<Document> parse(std::string_view text, const std::string& file, Problems& problems) {
    if (text.size() > document_limit_bytes) {
        problems.withhold(file);
        problems.error(file, {},
                       fmt::format("larger than {} MiB", document_limit_bytes / (1024 * 1024)));
        return std::nullopt;
    }
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    Places places(text);
    if (!is_clean_text(text, file, places, problems)) {
        problems.withhold(file);
        return std::nullopt;
    }
    Builder builder(places, file, problems);
    std::istringstream stream{std::string(text)};
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
        return builder.take();
    } catch (const Abandon&) {
    } catch (const YAML::Exception& wrong) {
        problems.error(file, places.at(wrong.mark), words_of(wrong, places));
    }
    problems.withhold(file);
    return std::nullopt;
}

}  // namespace consign::policy::yaml
