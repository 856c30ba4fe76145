#include "api/markdown.h"

#include <cmark.h>

#include <algorithm>
#include <memory>
#include <string>

#include "base/limits.h"

namespace herald::api {
namespace {

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeIterator {
  void operator()(cmark_iter* iterator) const { cmark_iter_free(iterator); }
};

// What is read of a heading: its text and code, a line break as a space.
std::string_view words_of(cmark_node* node) {
  switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE:
      return cmark_node_get_literal(node);
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
      return " ";
    default:
      return {};
  }
}

std::string with_single_spaces(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!is_space) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// At a character's border.
std::string cut(std::string title) {
  if (title.size() <= limits::kMaxNameBytes) return title;
  std::size_t end = limits::kMaxNameBytes;
  while (end > 0 && (static_cast<unsigned char>(title[end]) & 0xC0u) == 0x80u) --end;
  title.resize(end);
  return with_single_spaces(title);
}

std::string title_of(cmark_node* heading) {
  const std::unique_ptr<cmark_iter, FreeIterator> walk(cmark_iter_new(heading));
  std::string title;
  for (auto event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(walk.get())) {
    if (event == CMARK_EVENT_ENTER) title.append(words_of(cmark_iter_get_node(walk.get())));
  }
  return cut(with_single_spaces(title));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// A comment ends at the next "-->", as "<!-->" does at its own; one that does not end hides all that follows.
std::string without_comments(std::string_view html) {
  std::string seen;
  for (std::size_t at = 0; at < html.size();) {
    const std::size_t comment = html.find("<!--", at);
    seen.append(html.substr(at, comment - at));
    if (comment == std::string_view::npos) break;
    const std::size_t end = html.find("-->", comment + 2);
    if (end == std::string_view::npos) break;
    at = end + 3;
  }
  return seen;
}

// Whether a reader sees anything of it.
bool says_something(cmark_node* node) {
  const auto literal = [&] {
    const char* const text = cmark_node_get_literal(node);
    return std::string_view(text != nullptr ? text : "");
  };
  switch (cmark_node_get_type(node)) {
    case CMARK_NODE_IMAGE:
      return true;
    case CMARK_NODE_TEXT:
    case CMARK_NODE_CODE:
    case CMARK_NODE_CODE_BLOCK:
      return !is_blank(literal());
    case CMARK_NODE_HTML_BLOCK:
    case CMARK_NODE_HTML_INLINE:
      return !is_blank(without_comments(literal()));
    default:
      return false;
  }
}

bool block_says_something(cmark_node* block) {
  const std::unique_ptr<cmark_iter, FreeIterator> walk(cmark_iter_new(block));
  for (auto event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(walk.get())) {
    if (event == CMARK_EVENT_ENTER && says_something(cmark_iter_get_node(walk.get()))) return true;
  }
  return false;
}

struct Section {
  registry::Label title;
  bool says_something = false;
};

// Walks the blocks in their order; what says something counts for the heading that it stands behind, and for those above that one.
class SectionsInOrder {
 public:
  void take(cmark_node* block) {
    if (cmark_node_get_type(block) == CMARK_NODE_HEADING) {
      begin(cmark_node_get_heading_level(block), title_of(block));
    } else if (has_silent_heading() && block_says_something(block)) {
      for (Open& open : open_) {
        open.heard = true;
        if (open.section != kNone) sections_[open.section].says_something = true;
      }
    }
  }
  bool too_many() const { return sections_.size() > limits::kMaxCardSections; }
  std::vector<Section> sections() && { return std::move(sections_); }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Open {
    int level = 0;
    std::size_t section = kNone;  // none: its title can be no label
    bool heard = false;
  };

  bool has_silent_heading() const {
    return std::any_of(open_.begin(), open_.end(), [](const Open& open) { return !open.heard; });
  }
  void begin(int level, const std::string& words) {
    while (!open_.empty() && open_.back().level >= level) open_.pop_back();
    Open open{level, kNone, false};
    if (const auto title = registry::Label::parse(words)) {
      const auto found = std::find_if(sections_.begin(), sections_.end(),
                                      [&](const Section& section) { return section.title == *title; });
      open.section = static_cast<std::size_t>(found - sections_.begin());
      if (found == sections_.end()) sections_.push_back({*title, false});
    }
    open_.push_back(open);
  }

  std::vector<Section> sections_;
  std::vector<Open> open_;  // the heading that the walk stands behind, below those above it
};

std::vector<Section> sections_in(std::string_view markdown) {
  const std::unique_ptr<cmark_node, FreeNode> document(
      cmark_parse_document(markdown.data(), markdown.size(), CMARK_OPT_DEFAULT));
  SectionsInOrder found;
  for (cmark_node* block = cmark_node_first_child(document.get()); block != nullptr && !found.too_many();
       block = cmark_node_next(block)) {
    found.take(block);
  }
  return std::move(found).sections();
}

}  // namespace

std::vector<registry::Label> sections_of(std::string_view markdown) {
  std::vector<registry::Label> titles;
  for (const Section& section : sections_in(markdown)) titles.push_back(section.title);
  return titles;
}

std::vector<registry::Label> empty_sections_of(std::string_view markdown) {
  std::vector<registry::Label> titles;
  for (const Section& section : sections_in(markdown)) {
    if (!section.says_something) titles.push_back(section.title);
  }
  return titles;
}

}  // namespace herald::api
