using AttentionGen.Reference;

namespace AttentionGen.Conformance.Cases;

/// <summary>Random inputs.</summary>
public static class RandomData
{
    /// <summary>Normal numbers (Box and Muller 1958) times a magnitude.</summary>
    public static float[] Normal(this Random random, int count, double magnitude = 1)
    {
        var values = new float[count];
        for (int n = 0; n < count; n++)
        {
            values[n] = (float)(magnitude * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    public static bool Chance(this Random random, double probability) => random.NextDouble() < probability;

    public static T Pick<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public static int[] Integers(this Random random, int count, int from, int to)
    {
        var values = new int[count];
        for (int n = 0; n < count; n++)
        {
            values[n] = random.Next(from, to);
        }

        return values;
    }

    /// <summary>A mask or bias whose first three sizes are each full or 1.</summary>
    public static Broadcast<T> Broadcast<T>(this Random random, AttentionSizes sizes, Func<Random, T[]> row)
    {
        int batch = random.Chance(0.5) ? sizes.Batch : 1;
        int heads = random.Chance(0.5) ? sizes.Heads : 1;
        int queries = random.Chance(0.6) ? sizes.QueryLength : 1;
        T[] values = [.. Enumerable.Range(0, batch * heads * queries).SelectMany(_ => row(random))];
        return new Broadcast<T>(values, batch, heads, queries, sizes.KeyLength);
    }

    /// <summary>A row of booleans; sometimes all of them false, or all true.</summary>
    public static bool[] Booleans(this Random random, int count)
    {
        double share = random.Pick([0.0, 0.1, 0.5, 0.9, 1.0, 0.5, 0.5]);
        bool[] values = new bool[count];
        for (int n = 0; n < count; n++)
        {
            values[n] = random.Chance(share);
        }

        return values;
    }
}
