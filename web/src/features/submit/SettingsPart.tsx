import { JsonInput, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { Section } from "../../ui/Section";
import type { JobForm } from "./form";
import type { PartProps } from "./parts";
import { EncodingPart, StrategyPart } from "./StrategyPart";
import styles from "./submit.module.css";

type NumberField = "localEpochs" | "batchSize" | "learningRate" | "rounds" | "minClients";

/** Hyperparameters of a site, and how the rounds run. */
export function SettingsPart({ form, onChange }: PartProps) {
  const number = (field: NumberField, label: string, description: string, min: number, decimals = 0) => (
    <NumberInput
      label={label}
      description={description}
      min={min}
      decimalScale={decimals}
      allowDecimal={decimals > 0}
      hideControls
      value={form[field]}
      onChange={(value) => {
        if (value !== "" && Number.isFinite(Number(value))) onChange({ [field]: Number(value) } as Partial<JobForm>);
      }}
    />
  );
  return (
    <Section title="4. Training">
      <div className={styles["fields"]}>
        {number("rounds", "Rounds", "Global models to make", 1)}
        {number("localEpochs", "Local epochs", "Passes over a site's data a round", 1)}
        {number("batchSize", "Batch size", "Samples a step", 1)}
        {number("learningRate", "Learning rate", "The code's env[“LR”]", 0, 12)}
        <StrategyPart form={form} onChange={onChange} />
        <EncodingPart form={form} onChange={onChange} />
        {number("minClients", "Sites a round needs", "0: all of them", 0)}
        <TextInput
          label="Metric of the best model"
          description="Empty: the last model is kept"
          placeholder="accuracy"
          value={form.metric}
          onChange={(event) => onChange({ metric: event.currentTarget.value })}
        />
        <NativeSelect
          label="Better is"
          description="Of that metric"
          disabled={form.metric.trim() === ""}
          data={[
            { value: "max", label: "more" },
            { value: "min", label: "less" },
          ]}
          value={form.mode}
          onChange={(event) => onChange({ mode: event.currentTarget.value === "min" ? "min" : "max" })}
        />
        <JsonInput
          label="Further entries of env"
          description="A JSON object"
          placeholder={'{"MOMENTUM": 0.9}'}
          validationError="This is no JSON."
          autosize
          minRows={1}
          maxRows={8}
          value={form.extra}
          onChange={(extra) => onChange({ extra })}
        />
      </div>
    </Section>
  );
}
