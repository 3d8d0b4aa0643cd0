using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;

namespace AttentionGen.Generator.Emit;

/// <summary>What kernel hosts and layer hosts share: constants, encoding members, and the launch of the kernel.</summary>
internal static class HostSurface
{
    private const string LaunchSignature = "static partial void LaunchKernel(global::AttentionGen.ReadOnlyTensorView query, global::AttentionGen.ReadOnlyTensorView key, global::AttentionGen.ReadOnlyTensorView value, global::AttentionGen.TensorView output, in global::AttentionGen.AttentionArguments arguments)";

    public static void WriteConstants(CodeWriter writer, AttentionSpec spec)
    {
        AttentionShape shape = AttentionShape.Of(spec);
        Constant(writer, "Heads", shape.Heads, "Query heads.");
        Constant(writer, "KvHeads", shape.KvHeads, "Key/value heads.");
        Constant(writer, "HeadDim", shape.HeadDim, "Features of a query or key head.");
        Constant(writer, "ValueDim", shape.ValueDim, "Features of a value head.");
        Constant(writer, "DModel", shape.DModel, "Model width.");
        Constant(writer, "WorkspaceBytesPerThread", KernelEmitter.WorkspaceBytes(spec), "Native memory that each working thread keeps for this kernel, in bytes, whatever the lengths.");
    }

    /// <summary>GetEncoding and AddEncoding, where positions enter by a table that is added to the input.</summary>
    public static void WriteEncodingMembers(CodeWriter writer, AttentionSpec spec)
    {
        InputTables tables = InputTables.Of(spec);
        if (tables.Sinusoids is { } sinusoids)
        {
            writer.Line($"private static readonly global::AttentionGen.Kernels.SinusoidalEncoding sinusoidalEncoding = new(DModel, {Literals.Of(SinusoidalEncoding.Base(sinusoids))}, {new SinusoidalEncoding().Positions(sinusoids)});");
            writer.Line();
        }

        if (tables.Learned is not null)
        {
            writer.Lines($$"""
                /// <summary>What is added to the input at each position: the layer's table as it is now{{(tables.Sinusoids is null ? string.Empty : ", and the sines and cosines")}}.</summary>
                /// <param name="positions">Positions from 0 to {{tables.Positions - 1}}.</param>
                /// <param name="encoding">[positions, DModel]; written whole.</param>
                public void GetEncoding(global::System.ReadOnlySpan<int> positions, global::System.Span<float> encoding) => layerState.GetEncoding(positions, encoding);

                """);
        }
        else if (tables.Sinusoids is not null)
        {
            WriteSinusoids(writer, tables.Positions);
        }
    }

    private static void WriteSinusoids(CodeWriter writer, int positions) => writer.Lines($$"""
        /// <summary>The encoding of each position.</summary>
        /// <param name="positions">Positions from 0 to {{positions - 1}}.</param>
        /// <param name="encoding">[positions, DModel]; written whole.</param>
        public static void GetEncoding(global::System.ReadOnlySpan<int> positions, global::System.Span<float> encoding) => sinusoidalEncoding.GetEncoding(positions, encoding);

        /// <summary>Adds the encoding of positions 0 to length - 1 to the input of the projections.</summary>
        /// <param name="input">[batch, length, DModel].</param>
        /// <param name="batch">Sequences.</param>
        /// <param name="length">Positions.</param>
        public static void AddEncoding(global::System.Span<float> input, int batch, int length) => sinusoidalEncoding.AddTo(input, batch, length);

        """);

    /// <summary>The random features and their redrawing, where the type has them.</summary>
    public static void WriteFeatureMembers(CodeWriter writer, AttentionSpec spec)
    {
        if (Catalog.Catalog.FindType(spec.Type)!.FeatureMap(spec) is not { IsProjected: true } map)
        {
            return;
        }

        writer.Lines($$"""
            private static readonly global::AttentionGen.Kernels.FeatureDraw featureDraw = new({{map.Features}}, HeadDim, {{spec.Int("FeatureSeed")}});

            /// <summary>The random features that queries and keys are projected on, shared by all heads{{(spec.Host.IsStatic ? string.Empty : " and all instances")}}.</summary>
            public static global::AttentionGen.RandomFeatures RandomFeatures => featureDraw.Current;

            /// <summary>Draws new random features{{(spec.Host.IsStatic ? string.Empty : " for all instances")}}. Calls in flight finish with the ones they began with.</summary>
            /// <param name="seed">The same seed gives the same features.</param>
            public static void RedrawFeatures(int seed) => featureDraw.Redraw(seed);

            """);
    }

    /// <summary>The same members, throwing.</summary>
    public static void WriteThrowingFeatureMembers(CodeWriter writer, AttentionSpec spec, string fail)
    {
        if (Catalog.Catalog.FindType(spec.Type)?.FeatureMap(spec) is { IsProjected: true })
        {
            writer.Line();
            writer.Line($"public static global::AttentionGen.RandomFeatures RandomFeatures => {fail};");
            writer.Line();
            writer.Line($"public static void RedrawFeatures(int seed) => {fail};");
        }
    }

    public static void WriteLaunchDeclaration(CodeWriter writer) => writer.Line().Line(LaunchSignature + ";");

    public static void WriteLaunch(CodeWriter writer, AttentionSpec spec)
    {
        KernelPlan plan = new(spec, Dialect.Vector512);
        AttentionShape shape = plan.Shape;
        using (writer.Block("private static readonly global::AttentionGen.Kernels.KernelDescription kernelDescription = new()", end: "};"))
        {
            writer.Line($"Name = {Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(spec.Host.Name, quote: true)},");
            writer.Line("Heads = Heads, KvHeads = KvHeads, HeadDim = HeadDim, ValueDim = ValueDim,");
            if (!spec.Host.IsStatic)
            {
                writer.Line($"QuerySource = \"input\", KeySource = \"{(shape.Cross ? "memory" : "input")}\",");
            }

            writer.Line($"MaxLength = {shape.MaxLength}, MaxKeyLength = {shape.MaxKeyLength}, // 0: open");
            writer.Line($"Alignment = (global::AttentionGen.CausalAlignment){shape.Alignment}, NeedsAlignment = {Literals.Of(plan.DependsOnQuery)}, Softmaxes = {(plan.Type.Family == KernelFamily.Softmax ? plan.Branches.Count : 0)},");
            writer.Line($"TileRows = {plan.Dialect.TileRows}, MaxChunkRows = {plan.ItemRows}, WorkspaceBytes = WorkspaceBytesPerThread,");
            foreach (string setting in plan.Encodings.SelectMany(pair => pair.Encoding.Settings(spec, pair.Spec)))
            {
                writer.Line(setting);
            }

            if (plan.Mix is not null)
            {
                writer.Line("NeedsLocalFeatures = true,");
            }

            if (plan.Type.FeatureMap(spec) is { IsProjected: true })
            {
                writer.Line("Features = featureDraw,");
            }

            CacheSurface.WriteSettings(writer, plan);
            StateSurface.WriteSettings(writer, plan);
            foreach (string setting in plan.ScoreSteps.SelectMany(static step => step.Settings).Concat(plan.Modifiers.SelectMany(modifier => modifier.Settings(spec))))
            {
                writer.Line(setting);
            }
        }

        writer.Line();
        using (writer.Block(LaunchSignature))
        using (writer.Block("unsafe"))
        {
            writer.Line($"global::AttentionGen.Kernels.KernelLauncher.Run(kernelDescription, {KernelEmitter.Tiers(spec, "Run")}, query, key, value, output, arguments);");
        }

        CacheSurface.WriteLaunch(writer, spec);
        StateSurface.WriteLaunch(writer, spec);
    }

    private static void Constant(CodeWriter writer, string name, int value, string summary)
    {
        writer.Line($"/// <summary>{summary}</summary>");
        writer.Line($"public const int {name} = {Literals.Of(value)};");
        writer.Line();
    }
}
