using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Emit;

/// <summary>The public surface of a layer host: it owns its weights; one sequence (and, for cross-attention, a memory) in, one out.</summary>
internal static class LayerHost
{
    private const string State = "global::AttentionGen.Kernels.AttentionLayerState";
    private const string In = "global::System.ReadOnlySpan<float>";
    private const string Out = "global::System.Span<float>";
    private const string Arguments = "in global::AttentionGen.AttentionArguments arguments = default";

    public static void Write(CodeWriter writer, AttentionSpec spec)
    {
        string name = spec.Host.Name;
        writer.Line($"private readonly {State} layerState;");
        writer.Line();
        writer.Line("/// <summary>New weights (Glorot and Bengio 2010, uniform); biases are zero. The same seed gives the same weights.</summary>");
        writer.Line($"public {name}(int seed = 0) => layerState = new {State}({Shape(spec)}, seed{Encoding(spec)}{Extras(spec)});");
        writer.Line();
        writer.Line("/// <summary>The projections' weights: read, set, load, save.</summary>");
        writer.Line("public global::AttentionGen.AttentionWeights Weights => layerState.Weights;");
        writer.Line();
        writer.Line("/// <summary>Projects, attends, projects back. One call at a time on one instance; a steady-state call allocates nothing.</summary>");
        writer.Line("/// <param name=\"input\">[batch, length, DModel].</param>");
        if (AttentionShape.Of(spec).Cross)
        {
            writer.Line("/// <param name=\"memory\">[batch, memoryLength, DModel]: where keys and values come from; taken as it is, no encoding is added.</param>");
        }

        writer.Line("/// <param name=\"output\">[batch, length, DModel]; written whole.</param>");
        writer.Line("/// <exception cref=\"global::System.ArgumentException\">A shape, length or value does not fit the declaration; the output is untouched.</exception>");
        using (writer.Block(ForwardSignature(spec)))
        {
            string project = AttentionShape.Of(spec).Cross ? "ProjectCross(input, memory, output, batch, length, memoryLength, arguments)" : "Project(input, output, batch, length, arguments)";
            writer.Line($"global::AttentionGen.Kernels.LayerCall call = layerState.{project};");
            writer.Line($"LaunchKernel(call.Query, call.Key, call.Value, call.Context, arguments{Owned(spec)});");
            writer.Line(Catalog.Catalog.FindType(spec.Type)?.Mix(spec) is { } mix
                ? $"layerState.ProjectMixed(call, input, output, {Literals.Of((float)mix.Attended)}, {Literals.Of((float)mix.Local)}, arguments);"
                : "layerState.ProjectOutput(call, output, arguments);");
        }

        writer.Line();
        writer.Line("/// <summary>Frees weights and buffers.</summary>");
        writer.Line("public void Dispose() => layerState.Dispose();");
    }

    public static void WriteThrowing(CodeWriter writer, AttentionSpec spec, string fail)
    {
        writer.Line($"public {spec.Host.Name}(int seed = 0) => {fail};");
        writer.Line();
        writer.Line($"public global::AttentionGen.AttentionWeights Weights => {fail};");
        writer.Line();
        writer.Line($"{ForwardSignature(spec)} => {fail};");
        writer.Line();
        writer.Line("public void Dispose()");
        writer.Line("{");
        writer.Line("}");
    }

    private static string ForwardSignature(AttentionSpec spec) => AttentionShape.Of(spec).Cross
        ? $"public void Forward({In} input, {In} memory, {Out} output, int batch, int length, int memoryLength, {Arguments})"
        : $"public void Forward({In} input, {Out} output, int batch, int length, {Arguments})";

    private static string Shape(AttentionSpec spec)
    {
        int learned = InputTables.Of(spec).Learned is { } table ? table.Encoding.Positions(table.Spec) : 0;
        return $"new global::AttentionGen.LayerShape(DModel, Heads, KvHeads, HeadDim, ValueDim, bias: {Literals.Of(spec.Flag("Bias"))}, learnedPositions: {learned}{Precision(spec)})";
    }

    /// <summary>The shape's argument for the storage of weights, where it is not FP32.</summary>
    public static string Precision(AttentionSpec spec) => spec.Int("WeightPrecision") switch
    {
        1 => ", precision: global::AttentionGen.WeightPrecision.BFloat16",
        2 => ", precision: global::AttentionGen.WeightPrecision.Int8",
        _ => string.Empty,
    };

    private static string Encoding(AttentionSpec spec)
    {
        InputTables tables = InputTables.Of(spec);
        return (tables.Sinusoids is null ? string.Empty : ", sinusoidalEncoding")
            + (tables.Learned is { } table ? $", positions: global::AttentionGen.Kernels.WeightStart.{table.Encoding.TableStart(table.Spec)}" : string.Empty);
    }

    private static string Extras(AttentionSpec spec)
    {
        string text = string.Join(", ", LearnedTensors.Of(spec).Select(static tensor =>
            $"new global::AttentionGen.Kernels.ExtraWeight(\"{tensor.Name}\", {tensor.Rows}, {tensor.Columns}, global::AttentionGen.Kernels.WeightStart.{tensor.Start})"));
        return text.Length == 0 ? string.Empty : $", extras: [{text}]";
    }

    /// <summary>The layer's learned tensors, given to its kernel with each call.</summary>
    public static string Owned(AttentionSpec spec)
    {
        string text = string.Join(", ", LearnedTensors.Of(spec).Select(static (tensor, index) => $"{tensor.Argument} = layerState.Extra({index})"));
        return text.Length == 0 ? string.Empty : $" with {{ {text} }}";
    }
}
