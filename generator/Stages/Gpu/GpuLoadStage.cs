using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Brings rows of queries, keys and values to shared memory: neighbouring threads take neighbouring features. Queries and keys are normalised and rotated on the way.</summary>
internal static class GpuLoadStage
{
    public static void WriteQueries(CodeWriter writer, GpuPlan plan, SoftmaxBranch branch)
    {
        if (QueryStage.ComparesPlainQueries(plan.Base))
        {
            writer.Line("// Queries without positions, for what the distances' vectors are compared with.");
            WriteQueryRows(writer, plan, branch, transforms: false);
            GpuDistanceStage.WriteTerms(writer, plan, branch);
        }

        writer.Line("// Queries times Scale * log2(e): scores come out in base-2 units. Rows past the last are zero.");
        WriteQueryRows(writer, plan, branch, transforms: true);
        if (!QueryStage.ComparesPlainQueries(plan.Base))
        {
            GpuDistanceStage.WriteTerms(writer, plan, branch);
        }
    }

    public static void WriteKeys(CodeWriter writer, GpuPlan plan, KeyPass pass, SoftmaxBranch branch)
    {
        if (!plan.ReadsCache)
        {
            WriteNorms(writer, plan, "Key", "TileKeys", "tile + r < endKey", pass.IndexOf("(tile + r)"), branch);
        }

        WriteEither(writer, plan.CopiesKeys, plan.ReadsCache, "call.HasKeyVectors != 0", () => GpuVectorStage.WriteKeys(writer, plan, pass, branch), () => WriteKeyElements(writer, plan, pass, branch));
        writer.Line();
        writer.Line("Group.Barrier();");
        writer.Line();
    }

    /// <summary>Values, and whether any of them is not finite.</summary>
    public static void WriteValues(CodeWriter writer, GpuPlan plan, KeyPass pass)
    {
        writer.Line("Group.Barrier(); // every score is computed: values take the place of the keys");
        writer.Line("float check = 0f;");
        WriteEither(writer, plan.CopiesValues, plan.ReadsCache, "call.HasValueVectors != 0", () => GpuVectorStage.WriteValues(writer, plan, pass), () => WriteValueElements(writer, plan, pass));
        writer.Line();
    }

    // In vectors where that can be done: a cache's rows always are, a tensor's if this call's are.
    private static void WriteEither(CodeWriter writer, bool copies, bool always, string inVectors, System.Action vectors, System.Action elements)
    {
        if (copies && always)
        {
            vectors();
            return;
        }

        if (!copies)
        {
            elements();
            return;
        }

        using (writer.Block($"if ({inVectors})"))
        {
            vectors();
        }

        using (writer.Block("else"))
        {
            elements();
        }
    }

    private static void WriteKeyElements(CodeWriter writer, GpuPlan plan, KeyPass pass, SoftmaxBranch branch)
    {
        using (Cells(writer, plan, "TileKeys"))
        {
            using (writer.Block(Real(plan, "tile + r < endKey")))
            {
                writer.Line($"int index = {pass.IndexOf("(tile + r)")};");
                if (plan.ReadsCache)
                {
                    int row = plan.Format.Vectors(plan.Base.Shape.HeadDim) * plan.Format.Features;
                    writer.Line($"long at = ((work.CacheKeyAt * {plan.Format.Features}) + (index * (long){row})) + {branch.FirstFeature} + feature;");
                    writer.Line($"element = {plan.Format.Element("cacheCells", "at")};");
                }
                else
                {
                    WriteElement(writer, plan, "Key", transforms: true, branch);
                }
            }

            writer.Line();
            writer.Line($"keyValueCells[(r * {plan.Tile.QueryStride * GpuTile.Vector}) + feature] = element;");
        }
    }

    private static void WriteValueElements(CodeWriter writer, GpuPlan plan, KeyPass pass)
    {
        int width = plan.Tile.ValueStride * GpuTile.Vector;
        using (writer.Block($"for (int cell = thread; cell < TileKeys * {width}; cell += Threads)"))
        {
            writer.Line($"int r = cell / {width}, feature = cell % {width};");
            writer.Line("float element = 0f;");
            using (writer.Block(plan.PadsValues ? "if (tile + r < endKey && feature < ValueDim)" : "if (tile + r < endKey)"))
            {
                writer.Line($"element = call.Value[work.ValueAt + ({pass.IndexOf("(tile + r)")} * call.ValueRowStride) + feature];");
                writer.Line("check += element * 0f;");
            }

            writer.Line();
            writer.Line("keyValueCells[cell] = element;");
        }
    }

    /// <summary>Rows as they are compared, rounded to 16 bits in pairs, to contiguous memory of another launch.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="side">Query or Key.</param>
    /// <param name="isBrain">bfloat16 rather than half.</param>
    /// <param name="head">The head over all batches, as C#.</param>
    /// <param name="firstRow">The sequence's first row in its tensor, as C#.</param>
    public static void WritePrepared(CodeWriter writer, GpuPlan plan, string side, bool isBrain, string head, string firstRow)
    {
        SoftmaxBranch branch = plan.Base.Branches[0];
        string index = side == "Query" ? "r" : "(work.FirstRow + r)";
        if (plan.Base.QkNorm != QkNormModifier.None)
        {
            writer.Line("ArrayView<float> norms = SharedMemory.Allocate<float>(PrepareRows); // what each row is multiplied by");
        }

        WriteNorms(writer, plan, side, "PrepareRows", "r < rows", index, branch);
        using (writer.Block("for (int cell = thread; cell < rows * (QueryDim / 2); cell += Threads)"))
        {
            writer.Line($"int r = cell / (QueryDim / 2), pair = cell % (QueryDim / 2) * 2, index = {index};");
            writer.Line("float even = 0f, odd = 0f;");
            foreach ((string name, string feature) in new[] { ("even", "pair"), ("odd", "pair + 1") })
            {
                using (writer.Block(string.Empty))
                {
                    writer.Line($"int feature = {feature};");
                    writer.Line("float element = 0f;");
                    WriteElement(writer, plan, side, transforms: true, branch);
                    writer.Line($"{name} = element;");
                }
            }

            writer.Line($"long target = (((({head}) * call.{side}Length) + {firstRow} + work.FirstRow + r) * QueryDim) + pair;");
            writer.Line($"call.Prepared[target / 2] = GpuSixteen.Pack{(isBrain ? "Brain" : "Half")}(even, odd);");
        }
    }

    private static void WriteQueryRows(CodeWriter writer, GpuPlan plan, SoftmaxBranch branch, bool transforms)
    {
        WriteNorms(writer, plan, "Query", "TileRows", "r < work.Rows", "r", branch);
        using (Cells(writer, plan, "TileRows"))
        {
            using (writer.Block(Real(plan, "r < work.Rows")))
            {
                writer.Line("int index = r;");
                WriteElement(writer, plan, "Query", transforms, branch);
            }

            writer.Line();
            writer.Line($"queryCells[(r * {plan.Tile.QueryStride * GpuTile.Vector}) + feature] = element * QueryScale;");
        }

        writer.Line();

        // Otherwise the barrier after the first keys is the first that anything depends on.
        if (plan.Base.QkNorm != QkNormModifier.None || plan.Base.Distances is not null)
        {
            writer.Line("Group.Barrier();");
        }
    }

    // One feature of one row for each thread at a time.
    private static System.IDisposable Cells(CodeWriter writer, GpuPlan plan, string rows)
    {
        int width = plan.Tile.QueryVectors * GpuTile.Vector;
        System.IDisposable block = writer.Block($"for (int cell = thread; cell < {rows} * {width}; cell += Threads)");
        writer.Line($"int r = cell / {width}, feature = cell % {width};");
        writer.Line("float element = 0f;");
        return block;
    }

    private static string Real(GpuPlan plan, string isRow) =>
        plan.Base.Shape.QueryDim % GpuTile.Vector == 0 ? $"if ({isRow})" : $"if ({isRow} && feature < QueryDim)";

    /// <summary>One feature of a query or of a new key, as it is compared, from <c>index</c>, its row in the call, and <c>feature</c>.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="plan">The kernel.</param>
    /// <param name="side">Query or Key.</param>
    /// <param name="transforms">Whether positions turn it.</param>
    /// <param name="branch">The softmax that compares it.</param>
    /// <param name="at">Where row 0 stands.</param>
    public static void WriteElement(CodeWriter writer, GpuPlan plan, string side, bool transforms, SoftmaxBranch branch, string? at = null)
    {
        WriteRow(writer, side, branch, at);
        if (plan.Base.QkNorm != QkNormModifier.None)
        {
            writer.Line("float norm = norms[r];");
        }

        if (transforms)
        {
            WriteRotations(writer, plan, side);
        }

        // Sections of several axes come pair by pair, not in the order of features.
        List<FeatureRun> runs = [.. (transforms ? QueryStage.Runs(plan.Base) : QueryStage.PlainRuns(plan.Base)).OrderBy(static run => run.From)];
        for (int n = 0; n < runs.Count; n++)
        {
            string element = $"element = {Normalised(plan, side, runs[n].Expression(plan.Base.Dialect, "feature"))};";
            if (runs.Count == 1)
            {
                writer.Line(element);
                return;
            }

            using (writer.Block(n == 0 ? $"if (feature < {runs[n].To})" : n < runs.Count - 1 ? $"else if (feature < {runs[n].To})" : "else"))
            {
                writer.Line(element);
            }
        }
    }

    private static void WriteRow(CodeWriter writer, string side, SoftmaxBranch branch, string? at)
    {
        string feature = branch.FirstFeature == 0 ? string.Empty : $" + {branch.FirstFeature}";
        writer.Line($"ArrayView<float> row = call.{side}.SubView({at ?? $"work.{side}At"} + (index * call.{side}RowStride){feature}, QueryDim);");
    }

    // Each element of the row is taken times the row's norm and, where there are gains, its own.
    private static string Normalised(GpuPlan plan, string side, string element) => plan.Base.QkNorm switch
    {
        QkNormModifier.None => element,
        QkNormModifier.Rms => Regex.Replace(element, @"\brow\[([^\[\]]*)\]", $"(row[$1] * norm * call.{side}Gain[$1])"),
        _ => Regex.Replace(element, @"\brow\[([^\[\]]*)\]", "(row[$1] * norm)"),
    };

    private static void WriteRotations(CodeWriter writer, GpuPlan plan, string side)
    {
        if (plan.Base.RowTransform is not { } transform)
        {
            return;
        }

        int axes = ((RotaryEncoding)transform.Encoding).Sections(transform.Spec, plan.Base.Shape.QueryDim).Count;
        string index = side == "Query" ? "work.FirstRow + index" : "index";
        for (int axis = 0; axis < axes; axis++)
        {
            string name = RotaryEncoding.Rotation(axis);
            writer.Line($"ArrayView<float> {name} = call.{side}Rotation.SubView(GpuWork.{side}Position(call, work, {index}, {axis}) * (long)RotationStride, RotationStride);");
        }
    }

    /// <summary>What each of some rows is multiplied by, in <c>norms</c>, where rows are normalised.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="plan">The kernel.</param>
    /// <param name="side">Query or Key.</param>
    /// <param name="rows">How many rows there are, real or not.</param>
    /// <param name="isRow">Whether <c>r</c> is real.</param>
    /// <param name="index">Its row in the call.</param>
    /// <param name="branch">The softmax that compares them.</param>
    /// <param name="at">Where row 0 stands.</param>
    public static void WriteNorms(CodeWriter writer, GpuPlan plan, string side, string rows, string isRow, string index, SoftmaxBranch branch, string? at = null)
    {
        if (plan.Base.QkNorm == QkNormModifier.None)
        {
            return;
        }

        using (writer.Block($"for (int r = thread; r < {rows}; r += Threads)"))
        {
            writer.Line("float squares = 0f;");
            using (writer.Block($"if ({isRow})"))
            {
                writer.Line($"int index = {index};");
                WriteRow(writer, side, branch, at);
                using (writer.Block("for (int feature = 0; feature < QueryDim; feature++)"))
                {
                    writer.Line("squares = (row[feature] * row[feature]) + squares;");
                }
            }

            writer.Line();
            writer.Line(plan.Base.QkNorm == QkNormModifier.Rms
                ? "norms[r] = 1f / MathF.Sqrt((squares / QueryDim) + 1e-6f);"
                : "norms[r] = 1f / MathF.Max(MathF.Sqrt(squares), 1e-12f);");
        }

        writer.Line();
        writer.Line("Group.Barrier();");
    }
}
