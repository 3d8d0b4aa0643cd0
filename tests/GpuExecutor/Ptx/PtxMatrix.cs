namespace AttentionGen.GpuExecutor.Ptx;

/// <summary>
/// Tensor cores: <c>mma.sync.aligned.m16n8k16</c> and <c>ldmatrix</c>, with the fragments that PTX ISA, "Warp-level matrix instructions", gives each lane:
/// lane = 4 * group + pair holds two neighbouring elements at columns 2 * pair of row group, and of those 8 further.
/// </summary>
internal sealed class PtxMatrix(PtxWarp warp, PtxMemory memory)
{
    private const int Lanes = GroupRun.WarpSize;

    private static readonly PtxType Pair = new('b', 32), Float = new('f', 32);

    /// <summary>Runs an instruction; false: it is none of these.</summary>
    public bool Run(PtxInstruction instruction, uint lanes)
    {
        switch (instruction.Name)
        {
            case "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32":
                NeedAll(lanes);
                Multiply(instruction.Operands, isBrain: true);
                return true;
            case "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32":
                NeedAll(lanes);
                Multiply(instruction.Operands, isBrain: false);
                return true;
            case "ldmatrix.sync.aligned.m8n8.x4.shared.b16":
                NeedAll(lanes);
                Load(instruction.Operands, transposed: false);
                return true;
            case "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16":
                NeedAll(lanes);
                Load(instruction.Operands, transposed: true);
                return true;
            default:
                return false;
        }
    }

    private static void NeedAll(uint lanes)
    {
        if (lanes != uint.MaxValue)
        {
            throw new DeviceFault(FaultKind.Divergence, "some lanes are predicated off.");
        }
    }

    private void Multiply(string[] operands, bool isBrain)
    {
        string[] targets = Registers(operands[0], 4), left = Registers(operands[1], 4), right = Registers(operands[2], 2), sums = Registers(operands[3], 4);
        float[,] a = new float[16, 16], b = new float[16, 8];
        for (int n = 0; n < 4; n++)
        {
            Spread(left[n], isBrain, (group, column, value) => a[group + (n % 2 * 8), column + (n / 2 * 8)] = value);
        }

        for (int n = 0; n < 2; n++)
        {
            Spread(right[n], isBrain, (group, row, value) => b[row + (n * 8), group] = value);
        }

        for (int n = 0; n < 4; n++)
        {
            ulong[] sum = [.. warp.Read(sums[n], Float, uint.MaxValue)];
            ulong[] target = warp.Write(targets[n], Float, uint.MaxValue);
            for (int lane = 0; lane < Lanes; lane++)
            {
                int row = (lane / 4) + (n / 2 * 8), column = (lane % 4 * 2) + (n % 2);
                double total = BitConverter.UInt32BitsToSingle((uint)sum[lane]);
                for (int k = 0; k < 16; k++)
                {
                    total += (double)a[row, k] * b[k, column];
                }

                target[lane] = BitConverter.SingleToUInt32Bits((float)total);
            }
        }
    }

    private void Spread(string register, bool isBrain, Action<int, int, float> place)
    {
        ulong[] values = warp.Read(register, Pair, uint.MaxValue);
        for (int lane = 0; lane < Lanes; lane++)
        {
            place(lane / 4, lane % 4 * 2, SixteenBits.Widen((uint)values[lane] & 0xFFFF, isBrain));
            place(lane / 4, (lane % 4 * 2) + 1, SixteenBits.Widen((uint)values[lane] >> 16, isBrain));
        }
    }

    // Lanes 8n to 8n + 7 give the addresses of matrix n's rows, of 16 bytes each.
    private void Load(string[] operands, bool transposed)
    {
        string[] targets = Registers(operands[0], 4);
        ulong[] addresses = memory.Addresses(operands[1], PtxMemory.SharedAddress, uint.MaxValue);
        uint[,] matrix = new uint[8, 8];
        for (int n = 0; n < 4; n++)
        {
            for (int row = 0; row < 8; row++)
            {
                int lane = (n * 8) + row;
                UInt128 bytes = memory.ReadShared<UInt128>(addresses[lane], warp.Thread(lane));
                for (int column = 0; column < 8; column++)
                {
                    matrix[row, column] = (ushort)(bytes >> (16 * column));
                }
            }

            ulong[] target = warp.Write(targets[n], Pair, uint.MaxValue);
            for (int lane = 0; lane < Lanes; lane++)
            {
                int group = lane / 4, pair = lane % 4 * 2;
                target[lane] = transposed
                    ? matrix[pair, group] | (matrix[pair + 1, group] << 16)
                    : matrix[group, pair] | (matrix[group, pair + 1] << 16);
            }
        }
    }

    private static string[] Registers(string operand, int count)
    {
        string[] registers = PtxInstruction.Vector(operand);
        return registers.Length == count ? registers : throw new DeviceFault(FaultKind.Instruction, $"expected {count} registers in {operand}.");
    }
}
