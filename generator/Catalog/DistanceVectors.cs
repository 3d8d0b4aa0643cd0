namespace AttentionGen.Generator.Catalog;

/// <summary>Learned vectors for each clipped distance j - i between key and query (Shaw et al. 2018).</summary>
/// <param name="Most">Distances are clipped to plus or minus this.</param>
/// <param name="HasValues">Whether distances have value vectors too.</param>
/// <param name="IsScaled">Whether the product with the query is multiplied by the scale.</param>
public sealed record DistanceVectors(int Most, bool HasValues, bool IsScaled)
{
    /// <summary>Vectors in a table.</summary>
    public int Count => (2 * Most) + 1;
}
