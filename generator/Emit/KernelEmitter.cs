using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;
using AttentionGen.Generator.Stages;

namespace AttentionGen.Generator.Emit;

/// <summary>The kernel of one declaration for one CPU dialect, as a file-local class.</summary>
internal static class KernelEmitter
{
    /// <summary>The namespace of all kernels, that of the runtime's part of them.</summary>
    public const string Namespace = "AttentionGen.Kernels";

    /// <summary>The name of the class.</summary>
    public static string ClassName(AttentionSpec spec, Dialect dialect) => $"{spec.Host.Name}{dialect.Name}";

    /// <summary>The expression that gathers one method of all dialects' classes, widest first.</summary>
    public static string Tiers(AttentionSpec spec, string method) =>
        $"new global::AttentionGen.Kernels.KernelTiers({string.Join(", ", Dialect.Cpu.Select(dialect => $"&global::{Namespace}.{ClassName(spec, dialect)}.{method}"))})";

    public static void Write(CodeWriter writer, AttentionSpec spec, Dialect dialect)
    {
        if (Catalog.Catalog.FindType(spec.Type)!.Family == KernelFamily.Scan)
        {
            WriteScan(writer, spec, new ScanPlan(spec, dialect));
            return;
        }

        KernelPlan plan = new(spec, dialect);
        if (plan.Type.Family == KernelFamily.Linear)
        {
            WriteLinear(writer, new LinearPlan(spec, dialect));
            return;
        }

        writer.Line($"/// <summary>The kernel in {Describe(dialect)}: tiles of {dialect.TileRows} queries by {dialect.TileVectors * dialect.Lanes} keys, blocks of {plan.KeyBlock} keys.</summary>");
        writer.Line(Surface.GeneratedCode);
        using (writer.Block($"file static unsafe class {ClassName(spec, dialect)}"))
        {
            WriteConstants(writer, plan);
            foreach (string member in plan.ScoreSteps.SelectMany(static step => step.Members))
            {
                writer.Line(member);
                writer.Line();
            }

            ItemStage.Write(writer, plan);
            writer.Line();
            QueryStage.Write(writer, plan);
            foreach (KeyPass pass in plan.Passes)
            {
                writer.Line();
                KeyStage.Write(writer, plan, pass);
                writer.Line();
                ValueStage.WritePacking(writer, plan, pass);
            }

            ScoreStage.Write(writer, plan);
            if (plan.WalksBlocks)
            {
                ValueStage.WriteTiles(writer, plan, "Values", plan.ScoreStride);
                DistanceStage.Write(writer, plan);
            }

            if (plan.KeepsState)
            {
                SoftmaxStage.Write(writer, plan);
                EpilogueStage.Write(writer, plan);
            }

            if (plan.Cache is not null)
            {
                CacheStage.WriteAppend(writer, plan);
            }

            if (plan.Decode is not null)
            {
                DecodeItemStage.Write(writer, plan, plan.Decode);
            }

            WriteAt(writer);
        }
    }

    /// <summary>Bytes of workspace per thread, of whichever dialect needs most.</summary>
    public static int WorkspaceBytes(AttentionSpec spec) => Dialect.Cpu.Max(dialect =>
        Catalog.Catalog.FindType(spec.Type)!.Family switch
        {
            KernelFamily.Linear => new LinearPlan(spec, dialect).WorkspaceBytes,
            KernelFamily.Scan => new ScanPlan(spec, dialect).WorkspaceBytes,
            _ => new KernelPlan(spec, dialect).WorkspaceBytes,
        });

    private static void WriteLinear(CodeWriter writer, LinearPlan plan)
    {
        Dialect dialect = plan.Dialect;
        writer.Line($"/// <summary>The kernel in {Describe(dialect)}: tiles of {dialect.TileRows} rows by {dialect.TileVectors * dialect.Lanes} columns, chunks of {LinearPlan.Chunk} keys.</summary>");
        writer.Line(Surface.GeneratedCode);
        using (writer.Block($"file static unsafe class {ClassName(plan.Base.Spec, dialect)}"))
        {
            LinearEmitter.Write(writer, plan);
            WriteAt(writer);
        }
    }

    private static void WriteScan(CodeWriter writer, AttentionSpec spec, ScanPlan plan)
    {
        writer.Line($"/// <summary>The scan in {Describe(plan.Dialect)}: chunks of {ScanPlan.Chunk} positions, {plan.Groups[0]} states in registers.</summary>");
        writer.Line(Surface.GeneratedCode);
        using (writer.Block($"file static unsafe class {ClassName(spec, plan.Dialect)}"))
        {
            ScanEmitter.Write(writer, plan);
            WriteAt(writer);
        }
    }

    private static void WriteAt(CodeWriter writer)
    {
        writer.Line();
        writer.Line("private static float* At(byte* workspace, int offset) => (float*)(workspace + offset);");
    }

    private static string Describe(Dialect dialect) => dialect.Lanes == 1 ? "plain floats" : $"{dialect.Lanes * 32}-bit registers ({dialect.Lanes} floats)";

    private static void WriteConstants(CodeWriter writer, KernelPlan plan)
    {
        AttentionShape shape = plan.Shape;
        Constant(writer, "Heads", shape.Heads);
        Constant(writer, "KvHeads", shape.KvHeads);
        Constant(writer, "GroupSize", shape.GroupSize, "query heads that share one key/value head");
        Constant(writer, "QueryDim", shape.QueryDim, plan.IsSplit ? $"features that one softmax compares, of {shape.HeadDim} in a query or key head" : "features of a query or key head");
        Constant(writer, "PaddedValueDim", plan.PaddedValueDim, $"value dim {shape.ValueDim} in whole registers");
        Constant(writer, "Lanes", plan.Dialect.Lanes);
        Constant(writer, "TileRows", plan.Dialect.TileRows);
        Constant(writer, "KeyBlock", plan.KeyBlock);
        if (plan.AsksAhead)
        {
            Constant(writer, "RowsAhead", AheadStage.Rows, "how far behind a row the one is that is asked for");
        }

        if (plan.AtOnce is { } atOnce)
        {
            Constant(writer, "PackedKeys", atOnce.Capacity, "keys that stand packed at the same time, at most");
            if (atOnce.GlobalRows > 0)
            {
                Constant(writer, "JoinedKeys", AtOnceGlobalStage.Group, "keys that a query which sees every key takes together");
            }

            Constant(writer, "RowsAhead", atOnce.RowsAhead, "how far behind a query the one is that is asked for beside its arithmetic");
            Constant(writer, "KeysAhead", atOnce.KeysAhead, "the same for keys and values");
            if (atOnce.Sinks > 0)
            {
                Constant(writer, "SinkKeys", atOnce.Sinks, "keys of the sinks' panels");
            }
        }

        Constant(writer, "ScoreStride", plan.ScoreStride);
        if (plan.WalksBlocks)
        {
            Constant(writer, "ChunkRows", plan.ChunkRows);
        }

        WriteShared(writer, plan);
        if (plan.Decode is { } decode)
        {
            WriteDecodeConstants(writer, decode);
        }

        if (plan.Cache is not null)
        {
            writer.Line();
            writer.Line($"private static readonly KvShape CacheShape = {CacheSurface.Shape(plan.Spec)};");
        }

        writer.Line();
        writer.Line("// Workspace of one thread, in bytes from its start.");
        foreach (WorkspaceBuffer buffer in plan.Buffers)
        {
            Constant(writer, buffer.Name + "At", buffer.Offset, buffer.Contents);
        }

        writer.Line();
    }

    private static void WriteDecodeConstants(CodeWriter writer, DecodePlan decode)
    {
        Constant(writer, "PageTokens", decode.Cache.PageTokens, "tokens of a page of the cache");
        Constant(writer, "DecodePart", decode.Part, "keys of one part of a decoding step");
        Constant(writer, "DecodeChunk", decode.Chunk, "keys whose scores are computed before their values are touched");
        Constant(writer, "DecodeStride", decode.ScoreStride, "floats from one row of their scores to the next");
        Constant(writer, "ValueStride", decode.ValueStride, "elements from one stored value to the next");
        Constant(writer, "PartSums", decode.ValueStride, "where the sums of a part's row stand");
        Constant(writer, "PartMax", decode.ValueStride + DecodePlan.PanelTokens, "where its maximum stands");
        Constant(writer, "PartRow", decode.RowFloats, "floats of a part's row");
    }

    /// <summary>Constants that do not depend on the target's tiles: of passes, tables and score steps, and the scale.</summary>
    public static void WriteShared(CodeWriter writer, KernelPlan plan)
    {
        foreach ((string name, int value, string comment) in plan.Passes.SelectMany(static pass => pass.Constants()))
        {
            Constant(writer, name, value, comment);
        }

        if (plan.RowTransform is { } transform)
        {
            Constant(writer, "RotationStride", 2 * RotaryEncoding.RotaryDim(transform.Spec, plan.Shape.QueryDim), "floats in one position's row of the rotation table");
        }

        foreach ((string name, int value, string comment) in plan.ScoreSteps.SelectMany(step => step.Constants(plan.StepSizes)))
        {
            Constant(writer, name, value, comment);
        }

        if (plan.ScoreSteps.Count > 0 || plan.HasSinkLogits)
        {
            writer.Line("private const float Log2OfE = 1.44269504f;");
        }

        writer.Line("private const float NaturalLogOf2 = 0.693147181f;");
        if (plan.Softcap is { } cap)
        {
            writer.Line($"private const float QueryScale = {Literals.Of((float)plan.QueryScale)}; // scale {Literals.Of(plan.Shape.Scale)} / cap");
            writer.Line($"private const float ScoreCap = {Literals.Of((float)(cap / System.Math.Log(2)))}; // cap {Literals.Of(cap)} * log2(e)");
        }
        else
        {
            writer.Line($"private const float QueryScale = {Literals.Of((float)plan.QueryScale)}; // scale {Literals.Of(plan.Shape.Scale)} * log2(e)");
        }
    }

    /// <summary>A constant of the kernel.</summary>
    public static void Constant(CodeWriter writer, string name, int value, string? comment = null) =>
        writer.Line($"private const int {name} = {Literals.Of(value)};{(comment is null ? string.Empty : " // " + comment)}");
}
