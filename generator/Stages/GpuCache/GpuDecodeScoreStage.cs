using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Catalog;
using AttentionGen.Generator.Emit;

namespace AttentionGen.Generator.Stages;

/// <summary>Products of all rows of a decoding group with a tile of stored keys. Eight threads share a key; their sums are shared out again as they are added up.</summary>
internal static class GpuDecodeScoreStage
{
    private const int Keys = GpuDecodePlan.KeysPerThread, KeyThreads = GpuDecodePlan.KeyThreads, MostUnrolled = 4;

    public static void Write(CodeWriter writer, GpuDecodePlan plan)
    {
        writer.Line($"// Products with {Keys} keys, {GpuDecodePlan.KeySets} apart. Past the end the last key is read again.");
        for (int k = 0; k < Keys; k++)
        {
            writer.Line($"long keyAt{k} = work.CacheKeyAt + (Math.Min(tile + {GpuDecodePlan.KeyOf(k)}, to - 1) * (long){plan.KeyVectors});");
        }

        for (int r = 0; r < plan.Rows; r++)
        {
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, Keys).Select(k => $"score{r}_{k} = 0f"))};");
        }

        int steps = (plan.KeyVectors + KeyThreads - 1) / KeyThreads;
        bool isWhole = plan.KeyVectors % KeyThreads == 0;
        if (steps > MostUnrolled)
        {
            using (writer.Block($"for (int vector = column; vector < {plan.KeyVectors}; vector += KeyThreads)"))
            {
                WriteStep(writer, plan, "vector");
            }
        }
        else
        {
            for (int step = 0; step < steps; step++)
            {
                string vector = Dialects.Index.Plus("column", step * KeyThreads);
                using (writer.Block(!isWhole && step == steps - 1 ? $"if ({vector} < {plan.KeyVectors})" : string.Empty))
                {
                    WriteStep(writer, plan, vector);
                }
            }
        }

        writer.Line();
        WriteReduction(writer, plan);
    }

    private static void WriteStep(CodeWriter writer, GpuDecodePlan plan, string vector)
    {
        for (int k = 0; k < Keys; k++)
        {
            writer.Line($"Float4 key{k} = call.CacheKeys[keyAt{k} + {vector}];");
        }

        for (int wide = 0; wide < plan.Format.Widened; wide++)
        {
            string scope = plan.Format.Widened > 1 ? wide.ToString(System.Globalization.CultureInfo.InvariantCulture) : string.Empty;
            string[][] features = [.. Enumerable.Range(0, Keys).Select(k => plan.Format.Unpack($"key{k}").Skip(wide * GpuTile.Vector).Take(GpuTile.Vector).ToArray())];
            if (!plan.Format.IsSingle)
            {
                for (int k = 0; k < Keys; k++)
                {
                    writer.Line($"float {string.Join(", ", features[k].Select((feature, n) => $"key{k}_{(wide * GpuTile.Vector) + n} = {feature}"))};");
                    features[k] = [.. Enumerable.Range(wide * GpuTile.Vector, GpuTile.Vector).Select(n => $"key{k}_{n}")];
                }
            }

            string at = plan.Format.Widened > 1 ? $"(({vector}) * {plan.Format.Widened}){(wide == 0 ? string.Empty : $" + {wide}")}" : vector;
            for (int r = 0; r < plan.Rows; r++)
            {
                writer.Line($"Float4 query{r}{(scope.Length > 0 ? "_" + scope : string.Empty)} = queries[{(r == 0 ? at : $"{r * plan.QueryStride} + {at}")}];");
                for (int k = 0; k < Keys; k++)
                {
                    for (int part = 0; part < GpuTile.Vector; part++)
                    {
                        writer.Line($"score{r}_{k} = (query{r}{(scope.Length > 0 ? "_" + scope : string.Empty)}.{Float4Parts.Names[part]} * {features[k][part]}) + score{r}_{k};");
                    }
                }
            }
        }
    }

    // A thread gives one half of its sums away and adds what it gets to the other half, with neighbours at distance 1, 2 and 4: seven shuffles for eight sums
    // in place of 24. An odd number of sums is added up by both.
    private static void WriteReduction(CodeWriter writer, GpuDecodePlan plan)
    {
        writer.Line("// The eight parts of each product, added up; each thread ends with its share of the sums.");
        List<string> sums = [.. Enumerable.Range(0, plan.Rows).SelectMany(r => Enumerable.Range(0, Keys).Select(k => $"score{r}_{k}"))];
        List<string> places = [];
        int doubled = 0;
        for (int distance = 1; distance < KeyThreads; distance *= 2)
        {
            if (sums.Count % 2 != 0)
            {
                doubled |= distance;
                sums.ForEach(sum => writer.Line($"{sum} += Warp.ShuffleXor({sum}, {distance});"));
                continue;
            }

            int half = sums.Count / 2;
            places.Add($"((column & {distance}) != 0 ? {half} : 0)");
            writer.Line($"bool upper{distance} = (column & {distance}) != 0;");
            for (int n = 0; n < half; n++)
            {
                writer.Line($"float given{distance}_{n} = upper{distance} ? {sums[n]} : {sums[n + half]};");
                writer.Line($"{sums[n]} = (upper{distance} ? {sums[n + half]} : {sums[n]}) + Warp.ShuffleXor(given{distance}_{n}, {distance});");
            }

            sums = sums.GetRange(0, half);
        }

        writer.Line($"int first = {string.Join(" + ", places)}; // of its sums among [rows, keys of a set]");
        using (writer.Block(doubled == 0 ? string.Empty : $"if ((column & {doubled}) == 0)"))
        {
            for (int n = 0; n < sums.Count; n++)
            {
                string place = n == 0 ? "first" : $"(first + {n})";
                writer.Line($"weightCells[({place} / {Keys} * {plan.ScoreStride * GpuTile.Vector}) + ({place} % {Keys} * {GpuDecodePlan.KeySets}) + set] = {sums[n]};");
            }
        }

        writer.Line();
        writer.Line("Group.Barrier();");
        writer.Line();
    }
}
