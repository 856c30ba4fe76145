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

}  // namespace

std::vector<registry::Label> sections_of(std::string_view markdown) {
  const std::unique_ptr<cmark_node, FreeNode> document(
      cmark_parse_document(markdown.data(), markdown.size(), CMARK_OPT_DEFAULT));
  std::vector<registry::Label> sections;
  for (cmark_node* block = cmark_node_first_child(document.get()); block != nullptr;
       block = cmark_node_next(block)) {
    if (cmark_node_get_type(block) != CMARK_NODE_HEADING) continue;
    const auto title = registry::Label::parse(title_of(block));
    if (!title || std::find(sections.begin(), sections.end(), *title) != sections.end()) continue;
    sections.push_back(*title);
    if (sections.size() > limits::kMaxCardSections) break;
  }
  return sections;
}

}  // namespace herald::api
