import { ActionIcon, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import { ChevronDownIcon, ChevronUpIcon, SearchIcon } from "../../../ui/icons";
import type { Found } from "./useFind";

interface Props {
  readonly found: Found;
  /** Looks on, forward or backward. */
  readonly onLook: (text: string, step: 1 | -1) => void;
}

/** The search in a long text: Enter looks on, with Shift backward. */
export function FindBar({ found, onLook }: Props) {
  const [text, setText] = useState("");
  return (
    <Group gap={4} wrap="nowrap">
      <TextInput
        aria-label="Find in this text"
        placeholder="Find; Enter goes on"
        leftSection={<SearchIcon />}
        size="xs"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onLook(text, event.shiftKey ? -1 : 1);
        }}
      />
      <ActionIcon
        variant="default"
        aria-label="Find the previous"
        title="Previous (Shift+Enter)"
        onClick={() => onLook(text, -1)}
      >
        <ChevronUpIcon size={14} />
      </ActionIcon>
      <ActionIcon variant="default" aria-label="Find the next" title="Next (Enter)" onClick={() => onLook(text, 1)}>
        <ChevronDownIcon size={14} />
      </ActionIcon>
      <span role="status" aria-label="Search" className="r-numbers">
        {words(found)}
      </span>
    </Group>
  );
}

function words(found: Found): string {
  switch (found.is) {
    case "idle":
      return "";
    case "searching":
      return `Searching, ${Math.floor(found.part * 100)} %`;
    case "line":
      return `Line ${(found.index + 1).toLocaleString("en")}`;
    case "nothing":
      return "Not found";
  }
}
