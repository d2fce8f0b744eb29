import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { Block } from "@/bindings/Block";
import type { Run } from "@/bindings/Run";

/** Written text of a document. It arrives as a tree of words, never as markup. */
export function Blocks({ blocks }: { blocks: Block[] }) {
  return blocks.map((block, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: blocks never change their order
    <BlockView key={index} block={block} />
  ));
}

function BlockView({ block }: { block: Block }) {
  switch (block.type) {
    case "heading":
      return (
        <Title order={4} size="h5" mt="xs">
          <Runs runs={block.runs} />
        </Title>
      );
    case "paragraph":
      return (
        <Text className="ck-text" maw="72ch">
          <Runs runs={block.runs} />
        </Text>
      );
    case "preformatted":
      return <pre className="ck-pre">{block.text}</pre>;
    case "list": {
      const List = block.ordered ? "ol" : "ul";
      return (
        <List className="ck-list">
          {block.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: items never change their order
            <li key={index}>
              <Blocks blocks={item} />
            </li>
          ))}
        </List>
      );
    }
    case "table":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled by keyboard too
        <section className="ck-scroll" tabIndex={0} aria-label={block.caption ?? undefined}>
          <table className="ck-table ck-written">
            {block.caption && <caption>{block.caption}</caption>}
            <tbody>
              {block.rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows never change their order
                <tr key={index}>
                  {row.cells.map((cell, column) => {
                    const Cell = cell.heading ? "th" : "td";
                    return (
                      // biome-ignore lint/suspicious/noArrayIndexKey: cells never change their order
                      <Cell key={column} colSpan={cell.columns} rowSpan={cell.rows}>
                        <Blocks blocks={cell.blocks} />
                      </Cell>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      );
  }
}

function Runs({ runs }: { runs: Run[] }): ReactNode {
  return runs.map((run, index) => {
    switch (run.mark) {
      case "strong":
        // biome-ignore lint/suspicious/noArrayIndexKey: runs never change their order
        return <strong key={index}>{run.text}</strong>;
      case "emphasis":
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        return <em key={index}>{run.text}</em>;
      case "subscript":
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        return <sub key={index}>{run.text}</sub>;
      case "superscript":
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        return <sup key={index}>{run.text}</sup>;
      case "deleted":
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        return <del key={index}>{run.text}</del>;
      default:
        return run.text;
    }
  });
}
