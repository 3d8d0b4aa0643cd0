using System.Collections.Generic;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Dropout of weights in training; the tile stage writes it, for calls that give a seed.</summary>
public sealed class DropoutModifier : Modifier
{
    public override string Summary => "weights are dropped with a probability, and the rest scaled up, in calls that give a seed (Srivastava et al. 2014)";

    public override IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        new("Dropout", ParameterKind.Double, "0", 0, "", "Probability with which a weight is dropped in training."),
    ];

    public override bool IsDeclared(AttentionSpec spec) => spec.Double("Dropout") > 0;

    public override IEnumerable<string> Settings(AttentionSpec spec) => [$"Dropout = {Literals.Of(spec.Double("Dropout"))},"];
}
