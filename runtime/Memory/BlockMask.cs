using System.Numerics;

namespace AttentionGen;

/// <summary>
/// Which (query, key) pairs may attend, as blocks of <see cref="QueryBlock"/> queries by <see cref="KeyBlock"/> keys that are empty, full or partial, with
/// the pairs of the partial ones as bits (FlexAttention, Dong et al. 2024). Built once for a mask that depends on data, such as documents or
/// trees; kernels never visit its empty blocks and mask nothing in its full ones. Immutable, and shared freely between calls and threads.
/// </summary>
public sealed class BlockMask
{
    /// <summary>Queries of a block: whole register tiles of 6 rows.</summary>
    public const int QueryBlock = 48;

    /// <summary>Keys of a block: whole registers, and a word of bits.</summary>
    public const int KeyBlock = 64;

    internal const int Empty = 0, Full = 1, FirstPartial = 2;

    private readonly int[] _blocks;
    private readonly ulong[] _rows;

    private BlockMask(int batch, int heads, int queryLength, int keyLength, int[] blocks, ulong[] rows)
    {
        (Batch, Heads, QueryLength, KeyLength) = (batch, heads, queryLength, keyLength);
        (_blocks, _rows) = (blocks, rows);
    }

    /// <summary>Which pairs a mask keeps.</summary>
    /// <param name="batch">The sequence.</param>
    /// <param name="head">The query head.</param>
    /// <param name="query">The query's index, before alignment.</param>
    /// <param name="key">The key's index.</param>
    public delegate bool PairRule(int batch, int head, int query, int key);

    /// <summary>Sequences, or 1 for a mask that they share.</summary>
    public int Batch { get; }

    /// <summary>Query heads, or 1 for a mask that they share.</summary>
    public int Heads { get; }

    /// <summary>Queries.</summary>
    public int QueryLength { get; }

    /// <summary>Keys.</summary>
    public int KeyLength { get; }

    /// <summary>Blocks that are not visited.</summary>
    public int EmptyBlocks => _blocks.Count(static block => block == Empty);

    /// <summary>Blocks without a hidden pair.</summary>
    public int FullBlocks => _blocks.Count(static block => block == Full);

    /// <summary>Blocks with both.</summary>
    public int PartialBlocks => _blocks.Length - EmptyBlocks - FullBlocks;

    internal int KeyBlocks => Count(KeyLength, KeyBlock);

    internal int QueryBlocks => Count(QueryLength, QueryBlock);

    /// <summary>[batch, heads, query blocks, key blocks]: empty, full, or <see cref="FirstPartial"/> plus the partial block's number.</summary>
    internal ReadOnlySpan<int> Blocks => _blocks;

    /// <summary>[partial blocks, query block]: a bit for each key of the block, set where it is kept.</summary>
    internal ReadOnlySpan<ulong> Rows => _rows;

    /// <summary>A mask from a rule that is asked for every pair.</summary>
    /// <param name="batch">Sequences, or 1 for a mask that they share.</param>
    /// <param name="heads">Query heads, or 1 for a mask that they share.</param>
    /// <param name="queryLength">Queries.</param>
    /// <param name="keyLength">Keys.</param>
    /// <param name="keep">Whether a pair may attend.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    public static BlockMask From(int batch, int heads, int queryLength, int keyLength, PairRule keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        var builder = new Builder(batch, heads, queryLength, keyLength);
        for (int b = 0; b < batch; b++)
        {
            for (int h = 0; h < heads; h++)
            {
                builder.AddHead((query, key) => keep(b, h, query, key), static (_, _, _, _) => null);
            }
        }

        return builder.Build();
    }

    /// <summary>A mask from its elements: true may attend.</summary>
    public static BlockMask FromKeep(KeepMask keep)
    {
        MaskShape shape = keep.Shape;
        bool[] values = keep.Values.ToArray();
        return From(shape.Batch, shape.Heads, shape.QueryLength, shape.KeyLength, (batch, head, query, key) =>
            values[(((((long)batch * shape.Heads) + head) * shape.QueryLength) + query) * shape.KeyLength + key]);
    }

    /// <summary>A mask for several documents in one sequence: positions of the same document see each other.</summary>
    /// <param name="documentIds"><c>[batch, length]</c>: the document of each position, in any order.</param>
    /// <param name="batch">Sequences.</param>
    /// <exception cref="ArgumentException">The ids are not <paramref name="batch"/> sequences of one length.</exception>
    public static BlockMask FromDocuments(ReadOnlySpan<int> documentIds, int batch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (documentIds.Length % batch != 0)
        {
            throw new ArgumentException($"Expected [{batch}, length] ids, but {documentIds.Length} is not a multiple of {batch}.", nameof(documentIds));
        }

        int length = documentIds.Length / batch;
        var builder = new Builder(batch, 1, length, length);
        for (int b = 0; b < batch; b++)
        {
            int[] ids = documentIds.Slice(b * length, length).ToArray();
            builder.AddHead((query, key) => ids[query] == ids[key], (query, queries, key, keys) => Compare(ids.AsSpan(query, queries), ids.AsSpan(key, keys)));
        }

        return builder.Build();
    }

    // Disjoint ranges of ids hide a whole block, and one id keeps it.
    private static bool? Compare(ReadOnlySpan<int> queries, ReadOnlySpan<int> keys)
    {
        (int low, int high) = Range(queries);
        (int keyLow, int keyHigh) = Range(keys);
        return high < keyLow || keyHigh < low ? false : low == high && keyLow == keyHigh ? true : null;
    }

    private static (int Low, int High) Range(ReadOnlySpan<int> ids)
    {
        (int low, int high) = (int.MaxValue, int.MinValue);
        foreach (int id in ids)
        {
            (low, high) = (Math.Min(low, id), Math.Max(high, id));
        }

        return (low, high);
    }

    private static int Count(int length, int size) => (length + size - 1) / size;

    private sealed class Builder
    {
        private readonly int _batch, _heads, _queryLength, _keyLength;
        private readonly List<int> _blocks = [];
        private readonly List<ulong> _rows = [];

        public Builder(int batch, int heads, int queryLength, int keyLength)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(batch);
            ArgumentOutOfRangeException.ThrowIfNegative(heads);
            ArgumentOutOfRangeException.ThrowIfNegative(queryLength);
            ArgumentOutOfRangeException.ThrowIfNegative(keyLength);
            (_batch, _heads, _queryLength, _keyLength) = (batch, heads, queryLength, keyLength);
        }

        public BlockMask Build() => new(_batch, _heads, _queryLength, _keyLength, [.. _blocks], [.. _rows]);

        /// <summary>The blocks of one head; <paramref name="whole"/> may know a block without its pairs.</summary>
        public void AddHead(Func<int, int, bool> keep, Func<int, int, int, int, bool?> whole)
        {
            for (int query = 0; query < _queryLength; query += QueryBlock)
            {
                int queries = Math.Min(QueryBlock, _queryLength - query);
                for (int key = 0; key < _keyLength; key += KeyBlock)
                {
                    int keys = Math.Min(KeyBlock, _keyLength - key);
                    _blocks.Add(whole(query, queries, key, keys) is { } known ? known ? Full : Empty : AddBlock(keep, query, queries, key, keys));
                }
            }
        }

        private int AddBlock(Func<int, int, bool> keep, int query, int queries, int key, int keys)
        {
            Span<ulong> words = stackalloc ulong[QueryBlock];
            ulong beyond = keys == KeyBlock ? 0 : ulong.MaxValue << keys;
            int kept = 0;
            for (int i = 0; i < queries; i++)
            {
                ulong word = 0;
                for (int j = 0; j < keys; j++)
                {
                    word |= keep(query + i, key + j) ? 1UL << j : 0;
                }

                kept += BitOperations.PopCount(word);
                words[i] = word | beyond;
            }

            if (kept == 0 || kept == queries * keys)
            {
                return kept == 0 ? Empty : Full;
            }

            // Past the last query nothing is hidden: such rows are never written.
            words[queries..].Fill(ulong.MaxValue);
            int number = _rows.Count / QueryBlock;
            _rows.AddRange(words);
            return FirstPartial + number;
        }
    }
}
