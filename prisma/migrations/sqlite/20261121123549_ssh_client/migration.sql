-- AlterTable
ALTER TABLE "Cluster" ADD COLUMN "sshClient" TEXT;
