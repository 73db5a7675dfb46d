import { Text } from "@mantine/core";
import { Bytes } from "../../../ui/Bytes";
import { type Column, DataTable } from "../../../ui/DataTable";
import { Empty } from "../../../ui/Empty";
import { bytesText, count, numberText } from "../../../ui/format";
import { type Tensor, useTensors } from "./tensors";
import styles from "./viewer.module.css";

interface Props {
  readonly fileKey: string;
  readonly format: "pt" | "safetensors";
  readonly jobId: string | undefined;
}

const COLUMNS: readonly Column<Tensor>[] = [
  { key: "name", header: "Tensor", cell: (tensor) => <code title={tensor.name}>{tensor.name}</code> },
  { key: "shape", header: "Shape", width: "120px", cell: (tensor) => <code>{tensor.shape}</code> },
  { key: "dtype", header: "Type", width: "90px", from: "medium", cell: (tensor) => <code>{tensor.dtype}</code> },
  { key: "size", header: "Size", width: "90px", align: "end", cell: (tensor) => <Bytes bytes={tensor.sizeBytes} /> },
  {
    key: "norm",
    header: <span title="Square root of the sum of the squared elements">Norm</span>,
    width: "90px",
    align: "end",
    from: "medium",
    cell: (tensor) => (
      <span className="r-numbers">
        {tensor.norm === undefined ? "–" : tensor.norm === null ? "not finite" : numberText(tensor.norm)}
      </span>
    ),
  },
];

/** What a checkpoint holds, read without running any of it. */
export function ModelView({ fileKey, format, jobId }: Props) {
  const tensors = useTensors(fileKey, format, jobId);
  if (tensors.data === null) {
    return (
      <div className={styles["note"]}>
        <Text fw={600}>
          {format === "pt" ? "A PyTorch checkpoint" : "A file of tensors"} that is no job&apos;s kept model
        </Text>
        <Text c="dimmed">
          {format === "pt"
            ? "It is not opened here, since a pickle is a program. Download it and load it with weights_only=True."
            : "Its header cannot be read: it may be cut or damaged. Download it to look closer."}
        </Text>
      </div>
    );
  }
  const rows = tensors.data;
  return (
    <>
      {rows && (
        <div className={styles["bar"]}>
          <span role="status">
            {count(rows.length, "tensor")}, {bytesText(rows.reduce((sum, tensor) => sum + tensor.sizeBytes, 0))}
          </span>
        </div>
      )}
      <DataTable
        label="tensors"
        columns={COLUMNS}
        rows={rows}
        rowKey={(tensor) => tensor.name}
        error={tensors.error}
        onRetry={() => void tensors.refetch()}
        height="max(320px, calc(100dvh - 300px))"
        empty={<Empty title="No tensors">The model has no weights.</Empty>}
      />
    </>
  );
}
