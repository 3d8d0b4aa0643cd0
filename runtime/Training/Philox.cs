using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AttentionGen;

/// <summary>
/// The counter-based generator Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011): four random words from a counter and a key, in any order and
/// on any thread.
/// </summary>
public static unsafe class Philox
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>Counters that <see cref="Fill"/> draws from.</summary>
    internal const int Counters = 8;

    /// <summary>The four words of a counter under a key.</summary>
    public static (uint A, uint B, uint C, uint D) Words(uint counter0, uint counter1, uint counter2, uint counter3, uint key0, uint key1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * counter0, product1 = (ulong)Multiplier1 * counter2;
            (counter0, counter1, counter2, counter3) =
                ((uint)(product1 >> 32) ^ counter1 ^ key0, (uint)product1, (uint)(product0 >> 32) ^ counter3 ^ key1, (uint)product0);
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return (counter0, counter1, counter2, counter3);
    }

    /// <summary>The words of <see cref="Counters"/> counters in a row, four each: the same on every machine.</summary>
    /// <param name="counter0">The first counter's lowest word; the others follow it.</param>
    /// <param name="counter1">The counters' second word.</param>
    /// <param name="counter2">The counters' third word.</param>
    /// <param name="counter3">The counters' highest word.</param>
    /// <param name="key0">The key's lower half.</param>
    /// <param name="key1">The key's upper half.</param>
    /// <param name="words">Receives 4 words for each counter.</param>
    internal static void Fill(uint counter0, uint counter1, uint counter2, uint counter3, uint key0, uint key1, uint* words)
    {
        if (Avx512F.IsSupported)
        {
            Fill<PhiloxLanes512>(counter0, counter1, counter2, counter3, key0, key1, words);
        }
        else if (Avx2.IsSupported)
        {
            Fill<PhiloxLanes256>(counter0, counter1, counter2, counter3, key0, key1, words);
        }
        else if (PhiloxLanes128.IsSupported)
        {
            Fill<PhiloxLanes128>(counter0, counter1, counter2, counter3, key0, key1, words);
        }
        else
        {
            for (uint n = 0; n < Counters; n++, words += 4)
            {
                (words[0], words[1], words[2], words[3]) = Words(counter0 + n, counter1, counter2, counter3, key0, key1);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Fill<TLanes>(uint counter0, uint counter1, uint counter2, uint counter3, uint key0, uint key1, uint* words)
        where TLanes : unmanaged, IPhiloxLanes<TLanes>
    {
        TLanes multiplier0 = TLanes.Broadcast(Multiplier0), multiplier1 = TLanes.Broadcast(Multiplier1);
        TLanes weyl0 = TLanes.Broadcast(Weyl0), weyl1 = TLanes.Broadcast(Weyl1);
        for (int n = 0; n < Counters; n += TLanes.Count)
        {
            TLanes a = TLanes.Counters(counter0 + (uint)n), b = TLanes.Broadcast(counter1), c = TLanes.Broadcast(counter2), d = TLanes.Broadcast(counter3);
            TLanes low = TLanes.Broadcast(key0), high = TLanes.Broadcast(key1);
            for (int round = 0; round < Rounds; round++)
            {
                TLanes product0 = TLanes.Product(multiplier0, a), product1 = TLanes.Product(multiplier1, c);
                a = TLanes.Mix(product1, b, low);
                c = TLanes.Mix(product0, d, high);
                b = product1;
                d = product0;
                low = TLanes.Sum(low, weyl0);
                high = TLanes.Sum(high, weyl1);
            }

            TLanes.Store(a, b, c, d, words + (4 * n));
        }
    }
}
