import { Tabs } from "@mantine/core";
import type { Bucket } from "../../api/types";
import { CopyBlock } from "../../ui/CopyBlock";
import { snippets } from "./snippets";

/** The bucket's settings in the form of the programs that use them. */
export function BucketSettings({ bucket }: { readonly bucket: Bucket }) {
  const all = snippets(bucket);
  return (
    <Tabs defaultValue={all[0]?.name ?? null} keepMounted={false}>
      <Tabs.List aria-label="Settings for programs">
        {all.map(({ name }) => (
          <Tabs.Tab key={name} value={name}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {all.map(({ name, text }) => (
        <Tabs.Panel key={name} value={name} pt="sm">
          <CopyBlock label={`Settings for ${name}`} text={text} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
