import { Group, Pagination, Text } from "@mantine/core";
import { count } from "./format";

interface Props {
  readonly total: number;
  readonly limit: number;
  /** From 1. */
  readonly page: number;
  readonly noun: string;
  readonly plural?: string;
  readonly onPage: (page: number) => void;
}

/** Says how much there is, and leads through the pages of a list. */
export function Paging({ total, limit, page, noun, plural, onPage }: Props) {
  const pages = Math.max(1, Math.ceil(total / limit));
  return (
    <Group justify="space-between" mt="sm" gap="xs">
      <Text size="xs" c="dimmed">
        {count(total, noun, plural)}
      </Text>
      {pages > 1 && (
        <Pagination
          size="sm"
          total={pages}
          value={Math.min(page, pages)}
          onChange={onPage}
          getItemProps={(item) => ({ "aria-label": `Page ${item}` })}
          getControlProps={(control) => ({ "aria-label": `${control} page` })}
        />
      )}
    </Group>
  );
}
