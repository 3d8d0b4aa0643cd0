using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>A learned logit per head in the softmax's denominator; the epilogue writes it.</summary>
public sealed class SinkModifier : Modifier
{
    public override string Summary => "a learned logit per head joins each softmax without a value (gpt-oss, OpenAI 2025; after Xiao et al. 2023)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("LearnedSinks", ParameterKind.Flag, "false", 0, "", "A learned logit per head joins the softmax without a value."),
        new("SinkLogits", ParameterKind.Floats, "0", 0, "", "The logits, one per head; a layer starts from them."),
    ];

    public override bool IsDeclared(AttentionSpec spec) => spec.Flag("LearnedSinks") || spec.Find("SinkLogits") is not null;

    public override IEnumerable<string> Settings(AttentionSpec spec) => [$"SinkLogits = {Logits(spec)},"];

    public override IEnumerable<LearnedTensor> Tensors(AttentionSpec spec) =>
        [new LearnedTensor("sinks", "SinkLogits", 0, spec.Int("Heads"), spec.Find("SinkLogits") is null ? "Constant(0f)" : $"Values({Logits(spec)})")];

    private static string Logits(AttentionSpec spec) => spec.Find("SinkLogits") is { } given ? Literals.Of(given.Numbers) : "new float[Heads]";
}
