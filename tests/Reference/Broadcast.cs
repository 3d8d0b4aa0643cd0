namespace AttentionGen.Reference;

/// <summary>A run-time mask or bias over (batch, head, query, key) whose first three sizes may be 1 and then repeat.</summary>
/// <param name="Values"><c>[Batch, Heads, Queries, Keys]</c>, contiguous.</param>
/// <param name="Batch">Sequences, or 1.</param>
/// <param name="Heads">Query heads, or 1.</param>
/// <param name="Queries">Queries, or 1.</param>
/// <param name="Keys">Keys.</param>
public sealed record Broadcast<T>(T[] Values, int Batch, int Heads, int Queries, int Keys)
{
    /// <summary>The element for one pair.</summary>
    public T At(int batch, int head, int query, int key)
    {
        int b = Batch == 1 ? 0 : batch;
        int h = Heads == 1 ? 0 : head;
        int i = Queries == 1 ? 0 : query;
        return Values[(((((b * Heads) + h) * Queries) + i) * Keys) + key];
    }
}
